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
    const empty = document.querySelector("[data-empty]");
    if (empty) empty.hidden = rows.some((row) => !row.hidden);
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
