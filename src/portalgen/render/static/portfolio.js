// Filters of the portfolio: one value a facet, kept in the address, so that a link shows the same rows.
(() => {
  "use strict";
  const rows = [...document.querySelectorAll("tr[data-row]")];
  const chips = [...document.querySelectorAll(".filters [data-facet]")];
  if (!rows.length || !chips.length) return;
  const chosen = () => new URLSearchParams(location.search);
  const values = (row, facet) => JSON.parse(row.dataset[facet] || "[]");
  const show = () => {
    const wanted = [...chosen()].filter(([facet]) => chips.some((c) => c.dataset.facet === facet));
    for (const row of rows) {
      row.hidden = !wanted.every(([facet, value]) => values(row, facet).includes(value));
    }
    for (const chip of chips) {
      const on = chosen().get(chip.dataset.facet) === chip.dataset.value;
      if (on) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    }
    const shown = rows.filter((row) => !row.hidden);
    follow(shown, wanted.length > 0);
  };
  // What else speaks of the rows: the headings of groups, the next days, the count, where to begin.
  const follow = (shown, filtered) => {
    for (const group of document.querySelectorAll(".port .group")) {
      let row = group.nextElementSibling;
      while (row && !row.matches(".group") && row.hidden) row = row.nextElementSibling;
      group.hidden = !row || row.matches(".group");
    }
    const names = new Set(shown.map((row) => row.dataset.account));
    for (const item of document.querySelectorAll("[data-of]")) item.hidden = !names.has(item.dataset.of);
    document.querySelector("[data-empty]").hidden = shown.length > 0;
    const count = document.querySelector("[data-shown]");
    count.querySelector("b").textContent = shown.length;
    count.hidden = !filtered;
    const first = document.querySelector("[data-first]");
    if (!first) return;
    const row = shown.find((one) => one.querySelector(".why"));
    first.hidden = !row;
    if (!row) return;
    const [link, from] = [first.querySelector("a"), row.querySelector(".title")];
    link.setAttribute("href", from.getAttribute("href"));
    link.textContent = from.textContent;
    first.querySelector("span").textContent = row.querySelector(".why li").textContent;
  };
  for (const chip of chips) {
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      const next = chosen();
      const { facet, value } = chip.dataset;
      if (next.get(facet) === value) next.delete(facet);
      else next.set(facet, value);
      const query = next.toString();
      history.replaceState(null, "", query ? "?" + query : location.pathname);
      show();
    });
  }
  show();
})();
