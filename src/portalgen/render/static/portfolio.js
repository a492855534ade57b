// Filters and order of the portfolio. Both are kept in the address, so that a link shows the same rows.
// `sort` names a column, with a minus for descending; without it those come first who need someone.
(() => {
  "use strict";
  // Run again on a page that was brought up to date, this takes over from the run before.
  const key = Symbol.for("portalgen.portfolio");
  window[key]?.abort();
  const { signal } = (window[key] = new AbortController());

  const table = document.querySelector(".port");
  const rows = [...document.querySelectorAll("tr[data-row]")];
  const chips = [...document.querySelectorAll(".filters [data-facet]")];
  if (!table || !rows.length) return;
  const body = table.tBodies[0];
  const groups = [...body.querySelectorAll(".group")];
  const heads = [...table.querySelectorAll("th[data-sort]")];
  const select = document.querySelector("[data-sort-by]");
  const turn = document.querySelector("[data-sort-turn]");
  const back = document.querySelector("[data-sort-off]");

  // ---- the address -------------------------------------------------------------------------------

  const chosen = () => new URLSearchParams(location.search);

  function choose(change) {
    const next = chosen();
    change(next);
    const query = next.toString();
    history.replaceState(null, "", query ? "?" + query : location.pathname);
    show();
  }

  function order() {
    const asked = chosen().get("sort") ?? "";
    const column = asked.replace(/^-/, "");
    const head = heads.find((one) => one.dataset.sort === column);
    return head ? { column, head, down: asked.startsWith("-") } : null;
  }

  const sortBy = (column, down) => choose((next) => {
    if (column) next.set("sort", (down ? "-" : "") + column);
    else next.delete("sort");
  });

  // The way that a column is wanted first: of counts, the most; of all else, the least.
  const first = (head) => "most" in head.dataset;

  // ---- filters -----------------------------------------------------------------------------------

  const values = (row, facet) => JSON.parse(row.dataset[facet] || "[]");

  function show() {
    const wanted = [...chosen()].filter(([facet]) => chips.some((c) => c.dataset.facet === facet));
    for (const row of rows) {
      row.hidden = !wanted.every(([facet, value]) => values(row, facet).includes(value));
    }
    for (const chip of chips) {
      const on = chosen().get(chip.dataset.facet) === chip.dataset.value;
      if (on) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    }
    arrange();
    follow(rows.filter((row) => !row.hidden), wanted.length > 0);
  }

  // What else speaks of the rows: the headings of groups, the next days, the count, where to begin.
  function follow(shown, filtered) {
    for (const group of groups) {
      const urgent = group.dataset.group === "urgent";
      group.hidden = order() !== null || !shown.some((row) => "urgent" in row.dataset === urgent);
    }
    const names = new Set(shown.map((row) => row.dataset.account));
    for (const item of document.querySelectorAll("[data-of]")) item.hidden = !names.has(item.dataset.of);
    document.querySelector("[data-empty]").hidden = shown.length > 0;
    const count = document.querySelector("[data-shown]");
    count.querySelector("span").textContent = filtered ? count.dataset.shown.replace("{n}", shown.length) : "";
    count.querySelector("a").hidden = !filtered;
    const begin = document.querySelector("[data-first]");
    if (!begin) return;
    const row = shown.find((one) => one.querySelector(".why"));
    begin.hidden = !row;
    if (!row) return;
    const [link, from] = [begin.querySelector("a"), row.querySelector(".title")];
    link.setAttribute("href", from.getAttribute("href"));
    link.textContent = from.textContent;
    begin.querySelector("span").textContent = row.querySelector(".why li").textContent;
  }

  // ---- order -------------------------------------------------------------------------------------

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const places = new Map(rows.map((row, place) => [row, place]));
  const keys = new Map();
  const keysOf = (row) => keys.get(row) ?? keys.set(row, JSON.parse(row.dataset.keys)).get(row);

  // What has no value stands last either way; what is equal, as it stands by itself.
  function compare(at, down) {
    return (a, b) => {
      const [x, y] = [keysOf(a)[at], keysOf(b)[at]];
      if (x === null || y === null) return (x === null) - (y === null) || places.get(a) - places.get(b);
      const found = typeof x === "string" ? collator.compare(x, y) : x - y;
      return (down ? -found : found) || places.get(a) - places.get(b);
    };
  }

  function arrange() {
    const now = order();
    for (const head of heads) {
      if (head === now?.head) head.setAttribute("aria-sort", now.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    select.value = now?.column ?? "";
    turn.hidden = !now;
    back.hidden = !now;
    const at = heads.indexOf(now?.head);
    const sorted = now
      ? [...rows].sort(compare(at, now.down))
      : [...rows].sort((a, b) => places.get(a) - places.get(b));
    const wanted = now ? [...groups, ...sorted] : grouped(sorted);
    const focused = document.activeElement;
    if (wanted.some((row, i) => body.rows[i] !== row)) body.append(...wanted);
    if (focused !== document.activeElement) focused.focus({ preventScroll: true });
  }

  function grouped(sorted) {
    return groups.flatMap((group) => {
      const urgent = group.dataset.group === "urgent";
      return [group, ...sorted.filter((row) => "urgent" in row.dataset === urgent)];
    });
  }

  // ---- begin -------------------------------------------------------------------------------------

  for (const chip of chips) {
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      const { facet, value } = chip.dataset;
      choose((next) => (next.get(facet) === value ? next.delete(facet) : next.set(facet, value)));
    }, { signal });
  }
  document.querySelector("[data-shown] a")?.addEventListener("click", (event) => {
    event.preventDefault();
    choose((next) => chips.forEach((chip) => next.delete(chip.dataset.facet)));
    chips[0].focus(); // what was used is gone
  }, { signal });
  for (const head of heads) {
    let button = head.querySelector("button");
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
    }
    button.addEventListener("click", () => {
      const now = order();
      if (now?.head !== head) sortBy(head.dataset.sort, first(head));
      else if (now.down === first(head)) sortBy(head.dataset.sort, !now.down);
      else sortBy("");
    }, { signal });
  }
  // Where rows are blocks their heads can't be seen, and must not take the focus.
  const blocks = matchMedia("(max-width: 78rem)");
  const fit = () => heads.forEach((head) => (head.querySelector("button").disabled = blocks.matches));
  blocks.addEventListener("change", fit, { signal });
  fit();
  select.addEventListener("change", () => {
    const head = heads.find((one) => one.dataset.sort === select.value);
    sortBy(select.value, head && first(head));
  }, { signal });
  turn.addEventListener("click", () => sortBy(order().column, !order().down), { signal });
  back.addEventListener("click", (event) => {
    event.preventDefault();
    const { head } = order();
    sortBy("");
    head.querySelector("button").focus();
  }, { signal });
  select.closest("[hidden]")?.removeAttribute("hidden");
  show();
})();
