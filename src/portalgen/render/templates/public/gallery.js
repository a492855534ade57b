// The gallery's filters: the links to the facets' pages filter in place, words are looked for on the
// cards, counts are live, and the address holds what is chosen. Without this script the links lead to
// real pages. Sends nothing, stores nothing.
(function () {
  "use strict";

  function folded(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  function start() {
    const gallery = document.querySelector("[data-pg-gallery]");
    const field = gallery && gallery.querySelector("#pg-words");
    if (!field || gallery.dataset.ready) return;
    gallery.dataset.ready = "yes";

    const cards = Array.from(gallery.querySelectorAll("article.pg-card"), (card) => ({
      item: card.closest("li"),
      values: card.dataset,
      text: folded(card.textContent),
    }));
    const groups = Array.from(gallery.querySelectorAll("[data-facet]"), (group) => ({
      facet: group.dataset.facet,
      chips: Array.from(group.querySelectorAll("a[data-value]")),
    }));
    const status = gallery.querySelector("[role=status]");
    const empty = gallery.querySelector("[data-pg-empty]");
    field.closest("[data-pg-words]").hidden = false;

    function read() {
      const asked = new URLSearchParams(location.search);
      const chosen = {};
      for (const { facet, chips } of groups) {
        const value = asked.get(facet) || "";
        chosen[facet] = chips.some((chip) => chip.dataset.value === value) ? value : "";
      }
      return { chosen, words: asked.get("words") || "" };
    }

    function fits(card, chosen, words) {
      return groups.every(({ facet }) => !chosen[facet] || card.values[facet].split(" ").includes(chosen[facet]))
        && words.every((word) => card.text.includes(word));
    }

    function show() {
      const { chosen, words: typed } = read();
      const words = folded(typed).split(/\s+/).filter(Boolean);
      if (document.activeElement !== field) field.value = typed;
      let shown = 0;
      for (const card of cards) {
        const visible = fits(card, chosen, words);
        card.item.hidden = !visible;
        shown += visible;
      }
      for (const { facet, chips } of groups) {
        for (const chip of chips) {
          const value = chip.dataset.value;
          const count = cards.filter((card) => fits(card, { ...chosen, [facet]: value }, words)).length;
          chip.querySelector(".pg-count").textContent = String(count);
          if (value === chosen[facet]) chip.setAttribute("aria-current", "true");
          else chip.removeAttribute("aria-current");
        }
      }
      status.textContent = (shown === 1 ? status.dataset.one : status.dataset.many).replace("{n}", shown);
      empty.hidden = shown > 0;
    }

    function go(change, keep) {
      const address = new URL(location.href);
      change(address.searchParams);
      history[keep ? "replaceState" : "pushState"](history.state, "", address);
      show();
    }

    function set(name, value) {
      return (asked) => (value ? asked.set(name, value) : asked.delete(name));
    }

    gallery.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-value], a[data-pg-reset]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      event.stopPropagation();
      if ("pgReset" in link.dataset) {
        field.value = "";
        go((asked) => [...groups.map((group) => group.facet), "words"].forEach((name) => asked.delete(name)));
      } else {
        go(set(link.closest("[data-facet]").dataset.facet, link.dataset.value));
      }
    });
    field.addEventListener("input", () => go(set("words", field.value.trim()), true));
    addEventListener("popstate", show);
    show();
  }

  // Themes that exchange pages in place say so here (Material's instant navigation).
  if (window.document$ && window.document$.subscribe) window.document$.subscribe(start);
  else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
