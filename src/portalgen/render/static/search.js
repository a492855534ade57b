// The team's search: a dialog with a field and a list of what it finds, grouped by account. It follows the
// combobox pattern (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/): the field keeps the focus, the
// chosen option is told by aria-activedescendant. Nothing is asked for before somebody opens it; then the
// texts are read and the index is made here, by MiniSearch. An account is one document, so that words may
// stand in different places of it; where in it they stand is looked up for the accounts that are shown.
(() => {
  "use strict";
  // Run again on a page that was brought up to date, this takes over from the run before.
  const key = Symbol.for("portalgen.search");
  window[key]?.abort();
  const { signal } = (window[key] = new AbortController());

  const SHOWN = 8; // accounts
  const PLACES = 3; // of each
  const BEFORE = 60;
  const AROUND = 200; // characters of a text
  const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu; // an accent may be a letter's own or follow it
  const SLASH = "portalgen.slash"; // where the browser keeps that the key is off

  const find = document.querySelector(".find");
  const open = find.querySelector(".finder-open");
  const dialog = find.querySelector(".finder");
  const field = dialog.querySelector("[role=combobox]");
  const found = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  const slash = dialog.querySelector("[data-slash]");
  const told = dialog.dataset;
  open.hidden = false;

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss");
  const words = (text) => text.match(WORD) ?? [];

  // ---- texts and index ---------------------------------------------------------------------------

  let accounts = [];
  let index = null;
  let state = ""; // "", "reading", "ready", "file" or "failed"

  async function read() {
    if (state === "reading" || state === "ready") return;
    state = location.protocol === "file:" ? "file" : "reading";
    if (state === "reading") {
      accounts = [];
      try {
        await library();
        index = new MiniSearch({ fields: ["name", "titles", "texts"], tokenize: words, processTerm: (term) => term });
        await gather(find.dataset.findIn, (more) => Promise.all(more.map((path) => gather(find.dataset.root + path))));
        state = "ready";
      } catch {
        state = "failed";
      }
    }
    if (!signal.aborted) look();
  }

  function library() {
    if (window.MiniSearch) return null;
    const script = document.createElement("script");
    script.src = find.dataset.library;
    return new Promise((loaded, failed) => {
      script.addEventListener("load", loaded);
      script.addEventListener("error", failed);
      document.head.append(script);
    }).finally(() => script.remove());
  }

  async function gather(address, others = () => null) {
    const response = await fetch(address, { signal });
    if (!response.ok) throw new Error(response.statusText);
    const { accounts: added, more = [] } = await response.json();
    const rest = others(more);
    index.addAll(added.map((one, at) => ({
      id: accounts.length + at,
      name: fold([one.client, one.title, one.people].join(" ")),
      titles: fold(one.parts.map((part) => part[2]).join(" ")),
      texts: fold(one.parts.map((part) => part[1] + " " + part[3]).join(" ")),
    })));
    accounts.push(...added);
    look();
    await rest;
  }

  // ---- finding -----------------------------------------------------------------------------------

  function matches(asked) {
    const how = { combineWith: "AND", prefix: true, boost: { name: 10, titles: 3 } };
    const exact = index.search(asked, how);
    return exact.length ? exact : index.search(asked, { ...how, fuzzy: (term) => (term.length > 3 ? 0.25 : false) });
  }

  // The places of an account where the words stand: those with the most of them first, in titles before texts.
  function places(account, asked, matched) {
    const weights = account.parts.map(([, , title, text]) => {
      const [inTitle, inText] = [hits(title, asked, matched), hits(text, asked, matched)];
      return 10 * new Set([...inTitle, ...inText]).size + inTitle.size;
    });
    const some = account.parts.map((part, at) => ({ part, weight: weights[at] })).filter((one) => one.weight);
    return some.sort((a, b) => b.weight - a.weight).map((one) => one.part);
  }

  // Which of the words asked for a text has; a word that is only like one counts as that.
  function hits(text, asked, matched) {
    const seen = new Set();
    for (const word of words(text)) {
      const term = fold(word);
      if (matched.has(term)) seen.add(asked.find((one) => term.startsWith(one)) ?? term);
    }
    return seen;
  }

  // ---- showing -----------------------------------------------------------------------------------

  function look() {
    if (!dialog.open) return;
    const asked = words(fold(field.value));
    const results = asked.length && index ? matches(asked.join(" ")) : [];
    const groups = results.slice(0, SHOWN).map((one, at) => group(accounts[one.id], at, asked, new Set(one.terms)));
    found.replaceChildren(...groups);
    [...options()].forEach((option, at) => (option.id = `found-${at}`));
    choose(options()[0]);
    found.scrollTop = 0;
    field.setAttribute("aria-expanded", String(groups.length > 0));
    say(results.length, asked.length > 0);
  }

  function say(count, asked) {
    if (state === "file" || state === "failed") status.textContent = told[state];
    else if (state === "reading" && !count) status.textContent = told.reading;
    else if (!asked) status.textContent = "";
    else if (count) status.textContent = told.found.replace("{n}", count);
    else status.textContent = told.none.replace("{words}", () => field.value.trim());
  }

  function group(account, number, asked, matched) {
    const all = places(account, asked, matched);
    const address = `${find.dataset.root}accounts/${encodeURIComponent(account.id)}/`;
    const made = element("div", { role: "group", "aria-label": account.client, "data-stays": "" });
    const count = all.length > PLACES ? told.more.replace("{n}", all.length - PLACES) : "";
    made.append(option(address, "whole",
      element("b", {}, ...marked(account.client, matched)), " ",
      element("span", {}, ...marked(account.title, matched)), " ",
      element("span", { class: "soft" }, ...marked(account.people, matched))));
    for (const [anchor, kind, title, text] of all.slice(0, PLACES)) {
      const shown = title ? [element("b", {}, ...marked(title, matched)), " "] : [];
      made.append(option(`${address}#${anchor}`, "place",
        element("span", { class: "soft" }, kind), " ",
        element("span", {}, ...shown, ...marked(cut(text, matched), matched))));
    }
    if (count) made.append(element("p", { class: "small soft", "aria-hidden": "true" }, count));
    return made;
  }

  const option = (href, kind, ...content) =>
    element("a", { role: "option", "aria-selected": "false", tabindex: "-1", href, class: kind }, ...content);

  function element(name, attributes, ...content) {
    const made = document.createElement(name);
    for (const [each, value] of Object.entries(attributes)) made.setAttribute(each, value);
    made.append(...content);
    return made;
  }

  // A text around the first word of it that was found.
  function cut(text, matched) {
    const at = [...text.matchAll(WORD)].find((word) => matched.has(fold(word[0])))?.index ?? 0;
    const from = at <= BEFORE ? 0 : text.indexOf(" ", at - BEFORE) + 1;
    const to = from + AROUND >= text.length ? text.length : text.lastIndexOf(" ", from + AROUND);
    return (from ? "… " : "") + text.slice(from, to > at ? to : from + AROUND) + (to < text.length ? " …" : "");
  }

  function marked(text, matched) {
    const parts = [];
    let last = 0;
    for (const word of text.matchAll(WORD)) {
      if (!matched.has(fold(word[0]))) continue;
      parts.push(text.slice(last, word.index), element("mark", {}, word[0]));
      last = word.index + word[0].length;
    }
    return [...parts, text.slice(last)];
  }

  // ---- choosing ----------------------------------------------------------------------------------

  const options = () => found.querySelectorAll("[role=option]");
  const chosen = () => found.querySelector("[aria-selected=true]");

  function choose(next) {
    chosen()?.setAttribute("aria-selected", "false");
    next?.setAttribute("aria-selected", "true");
    next?.scrollIntoView({ block: "nearest" });
    if (next) field.setAttribute("aria-activedescendant", next.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function step(by) {
    const all = [...options()];
    if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
  }

  // ---- opening, closing, keys --------------------------------------------------------------------

  function show() {
    if (!dialog.open) dialog.showModal();
    field.focus();
    field.select();
    look();
    read();
  }

  // Whoever speaks to the computer opens things by accident with a key alone: it can be switched off.
  function hint() {
    open.querySelector("kbd").hidden = !slash.checked;
    open.setAttribute("aria-keyshortcuts", (slash.checked ? "/ " : "") + "Control+K Meta+K");
  }

  const writing = (element) => element?.closest?.("input, textarea, select, [contenteditable]");

  const on = (target, name, heard) => target.addEventListener(name, heard, { signal });

  on(document, "keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    const command = event.ctrlKey || event.metaKey;
    // A slash may want Shift: it stands above the 7 of a Spanish keyboard.
    const single = event.key === "/" && slash.checked && !command && !writing(event.target);
    if (!single && !(command && !event.shiftKey && event.key.toLowerCase() === "k")) return;
    event.preventDefault();
    show();
  });
  on(open, "click", show);
  on(dialog.querySelector("[data-close]"), "click", () => dialog.close());
  on(dialog, "click", (event) => {
    // The ground behind a dialog is the dialog itself.
    if (event.target === dialog || event.target.closest("[role=option]")) setTimeout(() => dialog.close());
  });
  on(slash, "change", () => {
    try {
      localStorage.setItem(SLASH, slash.checked ? "on" : "off");
    } catch {
      // Without storage the choice holds for this page.
    }
    hint();
  });
  on(field, "input", look);
  on(field, "keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Escape") dialog.close();
    else if (event.key === "Enter" && chosen()) {
      if (event.ctrlKey || event.metaKey) window.open(chosen().href, "_blank", "noopener");
      else chosen().click();
    } else return;
    event.preventDefault();
  });
  try {
    const kept = localStorage.getItem(SLASH);
    if (kept) slash.checked = kept === "on";
  } catch {
    // Without storage the key is on.
  }
  hint();
  if (dialog.open) read();
})();
