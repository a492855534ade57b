// The gallery's filters: the links to the facets' pages filter in place, words are looked for on the
// cards, counts are live, and the address holds what is chosen. Without this script the links lead to
// real pages. Sends nothing, stores nothing.
(function () {
  "use strict";

  const TYPING = 300; // milliseconds until the address follows: browsers refuse a hundred changes at once

  function folded(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  function start() {
    const gallery = document.querySelector("[data-pg-gallery]");
    const field = gallery && gallery.querySelector("#pg-words");
    if (!field || gallery.dataset.ready) return;
    gallery.dataset.ready = "yes";

    const groups = Array.from(gallery.querySelectorAll("[data-facet]"), (group) => ({
      facet: group.dataset.facet,
      chips: Array.from(group.querySelectorAll("a[data-value]"), (link) => ({
        link,
        value: link.dataset.value,
        href: link.getAttribute("href"),
        text: link.querySelector(".pg-value")?.textContent,
        count: link.querySelector(".pg-count"),
      })),
    }));
    const cards = Array.from(gallery.querySelectorAll("article.pg-card"), (card) => ({
      item: card.closest("li"),
      values: groups.map(({ facet }) => (card.dataset[facet] || "").split(" ").filter(Boolean)),
      text: folded(`${card.textContent} ${groups.map(({ facet, chips }) => named(card, facet, chips)).join(" ")}`),
    }));
    const status = gallery.querySelector("[role=status]");
    const all = gallery.querySelector(".pg-status [data-pg-reset]");
    const names = gallery.querySelector("[data-pg-chosen]");
    const empty = gallery.querySelector("[data-pg-empty]");
    let chosen = [];
    let words = "";
    let timer = 0;

    function named(card, facet, chips) {
      const values = (card.dataset[facet] || "").split(" ");
      return chips.filter(({ value }) => value && values.includes(value)).map(({ text }) => text).join(" ");
    }

    function read() {
      const asked = new URLSearchParams(location.search);
      chosen = groups.map(({ facet, chips }) => {
        const value = asked.get(facet) || "";
        return chips.some((chip) => chip.value === value) ? value : "";
      });
      words = asked.get("q") || "";
      field.value = words;
      show();
    }

    // A value's count is of the cases that would be left: those that fit all else.
    function show() {
      const wanted = folded(words).split(/\s+/).filter(Boolean);
      const counts = groups.map(() => new Map([["", 0]]));
      let shown = 0;
      for (const card of cards) {
        const misses = [];
        chosen.forEach((value, at) => {
          if (value && !card.values[at].includes(value)) misses.push(at);
        });
        const said = misses.length < 2 && wanted.every((word) => card.text.includes(word));
        const visible = said && !misses.length;
        if (said) {
          counts.forEach((count, at) => {
            if (misses.length && misses[0] !== at) return;
            for (const value of ["", ...card.values[at]]) count.set(value, (count.get(value) || 0) + 1);
          });
        }
        if (card.item.hidden === visible) card.item.hidden = !visible;
        shown += visible;
      }
      groups.forEach(({ chips }, at) => {
        for (const chip of chips) mark(chip, counts[at].get(chip.value) || 0, chip.value === chosen[at]);
      });
      const values = groups.map(({ chips }, at) => chosen[at] && chips.find((c) => c.value === chosen[at]).text);
      const said = values.filter(Boolean).join(", ");
      names.textContent = said && `: ${said}`;
      const form = new Intl.PluralRules(document.documentElement.lang || "en").select(shown);
      status.textContent = (status.dataset[form] ?? status.dataset.other).replace("{n}", shown);
      all.hidden = !said && !wanted.length;
      empty.hidden = shown > 0;
    }

    function mark({ link, href, count }, n, current) {
      if (count.textContent !== String(n)) count.textContent = String(n);
      if (current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      // A link that would lead to nothing is none, until it would lead somewhere again.
      const dead = !n && !current;
      if (dead === !link.hasAttribute("href")) return;
      if (dead) link.removeAttribute("href");
      else link.setAttribute("href", href);
      for (const [name, value] of [["role", "link"], ["aria-disabled", "true"]]) {
        if (dead) link.setAttribute(name, value);
        else link.removeAttribute(name);
      }
    }

    function write(how) {
      clearTimeout(timer);
      timer = 0;
      const address = new URL(location.href);
      const state = [...groups.map(({ facet }, at) => [facet, chosen[at]]), ["q", words.trim()]];
      for (const [name, value] of state) {
        if (value) address.searchParams.set(name, value);
        else address.searchParams.delete(name);
      }
      if (address.href !== location.href) history[how](history.state, "", address);
    }

    gallery.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-value], a[data-pg-reset]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      event.stopPropagation();
      if ("pgReset" in link.dataset) {
        chosen = groups.map(() => "");
        words = field.value = "";
        field.focus();
      } else if (link.hasAttribute("href")) {
        const at = groups.findIndex(({ chips }) => chips.some((chip) => chip.link === link));
        // What is chosen already is let go.
        chosen[at] = chosen[at] === link.dataset.value ? "" : link.dataset.value;
      } else {
        return;
      }
      show();
      write("pushState");
    });
    field.addEventListener("input", () => {
      words = field.value;
      show();
      clearTimeout(timer);
      timer = setTimeout(write, TYPING, "replaceState");
    });
    addEventListener("popstate", () => {
      if (gallery.isConnected) read();
    });
    // What is typed stays with the page that is left, and with the choice that follows.
    document.addEventListener("click", () => {
      if (timer && gallery.isConnected) write("replaceState");
    }, true);
    read();
  }

  // Themes that exchange pages in place say so here (Material's instant navigation).
  if (window.document$ && window.document$.subscribe) window.document$.subscribe(start);
  else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
