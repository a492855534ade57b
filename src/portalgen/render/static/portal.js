// "New since your last visit": compares what changed with what this browser has shown before, and says
// which of it is new. Nothing is sent, and nothing leaves the browser's own storage; without script or
// storage the page says the same without the word. In a sealed portal each page is shown in the same document
// (reader.js), which says so.
function visit() {
  "use strict";
  const VISIT = 6 * 3600 * 1000; // milliseconds without a page, after which the next one is another visit
  const place = document.querySelector("[data-visit]");
  if (!place) return;
  const items = [...document.querySelectorAll("[data-key]")];
  const keys = items.map((item) => item.dataset.key);
  const name = "portalgen:" + new URL(place.dataset.visit, location.href).pathname;
  const list = "new" in place.dataset; // else an update's own page: that one is read now
  const now = Date.now();
  let before;
  try {
    const kept = localStorage.getItem(name);
    // Reloading a page, or coming back to it, makes nothing old; but phones keep a tab for months.
    const visit = parsed(sessionStorage.getItem(name));
    before = now - visit?.at < VISIT ? visit.before : kept;
    sessionStorage.setItem(name, JSON.stringify({ at: now, before }));
    const seen = read(kept);
    if (list) localStorage.setItem(name, JSON.stringify({ day: now, keys }));
    else if (seen) localStorage.setItem(name, JSON.stringify({ ...seen, keys: [...seen.keys, ...keys] }));
  } catch {
    return; // no storage, or a full one
  }
  const last = read(before);
  if (!list || !last) return;
  const fresh = items.filter((item) => !last.keys.includes(item.dataset.key));
  for (const item of fresh) {
    const mark = document.createElement("b");
    mark.className = "new";
    mark.textContent = place.dataset.new;
    item.querySelector(".when").append(" ", mark);
  }
  const note = place.querySelector(".changed-note");
  if (!fresh.length || !note) return;
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "long" });
  const form = new Intl.PluralRules(document.documentElement.lang).select(fresh.length);
  const said = note.dataset[form] ?? note.dataset.other;
  note.textContent = said.replace("{n}", fresh.length).replace("{day}", day.format(last.day));
  note.hidden = false;

  function read(text) {
    const found = parsed(text);
    return found && Array.isArray(found.keys) && Number.isFinite(found.day) ? found : null;
  }

  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }
}

visit();
document.addEventListener("portalgen:page", visit);
