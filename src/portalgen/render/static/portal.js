// "New since your last visit": compares the page's items with those seen before, kept in this browser
// alone. Nothing is sent; without storage or script the page says the same without the word.
(() => {
  "use strict";
  const list = document.querySelector("[data-new]");
  if (!list) return;
  const name = "portalgen:seen:" + location.pathname.replace(/[^/]*$/, "");
  const items = [...list.querySelectorAll("[data-key]")];
  let seen;
  try {
    // A visit lasts as long as the tab: reloading it, or coming back to it, makes nothing old.
    const before = sessionStorage.getItem(name) ?? localStorage.getItem(name) ?? "null";
    sessionStorage.setItem(name, before);
    localStorage.setItem(name, JSON.stringify(items.map((item) => item.dataset.key)));
    seen = JSON.parse(before);
  } catch {
    return;
  }
  if (!Array.isArray(seen)) return;
  for (const item of items) {
    if (seen.includes(item.dataset.key)) continue;
    const mark = document.createElement("span");
    mark.className = "new";
    mark.textContent = " " + list.dataset.new;
    item.querySelector(".when").append(mark);
  }
})();
