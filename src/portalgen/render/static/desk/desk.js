// Keeps the desk current. The server says what was shown; this page and the page in the frame are
// changed in place, so that what is scrolled to, opened, typed or in focus stays. Without this script
// everything reads and every link leads somewhere; a reload shows the newest.
(() => {
  "use strict";

  const TREES = /^\/(portals|drafts|internal|public)\//;
  // The scripts of our own pages, which may run again on a changed page and take over from the run before.
  // A page with any other script is loaded anew: nobody knows what that has done to it.
  const AGAIN = ["portal.js", "portfolio.js", "search.js"];

  const told = () => document.body.dataset;
  const theFrame = () => document.getElementById("page");
  let version = Number(told().version);
  let run = told().run;

  // ---- news --------------------------------------------------------------------------------------

  let source = null;
  let waiting = 0;
  let leaving = false; // a form is on its way: its page stays as it was sent

  function listen() {
    source = new EventSource(`/-/events?after=${version}&run=${run}`);
    source.addEventListener("shown", (event) => {
      const news = JSON.parse(event.data);
      const anew = news.run !== run;
      ({ version, run } = news);
      if (anew && token()) return location.replace(location.pathname + location.search);
      show(news.pages && new Set(news.pages));
    });
    source.addEventListener("open", () => {
      clearTimeout(waiting);
      waiting = 0;
      say("lost", "");
    });
    source.addEventListener("error", () => {
      // A connection may well break once, as after a computer's sleep; that it stays broken is news.
      waiting ||= setTimeout(() => say("lost", told().lost), 1500);
      if (source.readyState === EventSource.CLOSED) setTimeout(attend, 2000);
    });
  }

  // A browser keeps six connections to one host: only tabs that somebody can see hold one.
  function attend() {
    leaving = false;
    source?.close();
    if (document.visibilityState === "visible") listen();
  }

  function say(id, text) {
    const sign = document.getElementById(id);
    if (sign && sign.textContent !== text) sign.textContent = text;
  }

  function updated() {
    const time = new Date().toLocaleTimeString(document.documentElement.lang);
    say("sign", told().updated.replace("{time}", time));
  }

  // ---- one update after the other ----------------------------------------------------------------

  const recent = [];
  let next = null;
  let queue = Promise.resolve();

  function later(task) {
    queue = queue.then(task).catch(report);
  }

  // That the server has gone is said elsewhere, and what was missed is told when it is back.
  const GONE = Symbol("gone");

  function report(error) {
    if (error !== GONE) console.error(error);
  }

  async function get(address, method = "GET") {
    try {
      const response = await fetch(address, { method, cache: "no-store" });
      return { ok: response.ok, status: response.status, url: response.url, text: await response.text() };
    } catch {
      throw GONE;
    }
  }

  function show(pages) {
    recent.push({ at: performance.timeOrigin + performance.now(), pages });
    if (recent.length > 50) recent.shift();
    if (next) {
      next.pages = next.pages && pages && new Set([...next.pages, ...pages]);
      return;
    }
    next = { pages };
    later(async () => {
      const { pages: all } = next;
      next = null;
      // The frame first: that is what somebody waits for.
      const [framed] = await Promise.all([inFrame(all).catch(report), refresh().catch(report)]);
      if (touches(all, (path) => path.startsWith("internal/assets/"))) restyle(document);
      if (framed || !theFrame()) updated();
    });
  }

  const touches = (pages, test) => pages === null || [...pages].some(test);

  // ---- this page ---------------------------------------------------------------------------------

  async function refresh(address = location.href) {
    const asked = place();
    const { text, url } = await get(address);
    const fresh = parsed(text);
    if (leaving || place() !== asked || !fresh.body.dataset.run) return "";
    const said = document.getElementById("notice")?.dataset.key;
    const digests = shownDigests();
    morph(document, fresh, (old) => old.id === "sign" || old.id === "lost" || old.localName === "iframe");
    const notice = document.getElementById("notice");
    if (notice?.dataset.key && notice.dataset.key !== said) notice.querySelector("details").open = true;
    find();
    ready(digests);
    return url;
  }

  // The address without the page in the frame, which the frame itself keeps.
  const place = () => {
    const asked = new URLSearchParams(location.search);
    return [location.pathname, asked.get("tab"), asked.get("view")].join(" ");
  };

  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  function morph(doc, fresh, stays, part = "body") {
    const shown = new Map([...doc.images].map((image) => [bare(image.getAttribute("src")), image]));
    for (const image of fresh.images) {
      const now = shown.get(image.getAttribute("src"))?.getAttribute("src");
      if (now) image.setAttribute("src", now);
    }
    Idiomorph.morph(doc.querySelector(part), fresh.querySelector(part), {
      morphStyle: "outerHTML",
      callbacks: {
        // What is the same needs no walk through it; of a thousand accounts, one was saved.
        beforeNodeMorphed: (old, made) => !stays(old) && !old.isEqualNode(made),
        beforeNodeRemoved: (old) => !old.matches?.("[data-new] .new, [data-stays]"),
        // What readers have opened, typed or filtered is theirs, and what a script has moved is its own.
        beforeAttributeUpdated: (name, old, how) =>
          (!["open", "hidden", "value", "checked"].includes(name) || "shown" in old.dataset) &&
          !(name === "aria-current" && old.dataset.facet) &&
          !(name === "style" && how === "remove"),
      },
    });
    doc.title = fresh.title;
    doc.documentElement.lang = fresh.documentElement.lang;
  }

  const bare = (address) => (address ?? "").replace(/[?#].*$/, "");

  // A field to find an account by any word of its row.
  function find() {
    const box = document.querySelector("[data-find]");
    if (!box) return;
    box.hidden = false;
    const words = folded(document.getElementById("find").value).split(/\s+/).filter(Boolean);
    let some = false;
    for (const group of document.querySelectorAll(".accounts tbody")) {
      let any = false;
      for (const row of group.querySelectorAll("[data-row]")) {
        const text = words.length ? folded(row.textContent) : "";
        row.hidden = !words.every((word) => text.includes(word));
        any ||= !row.hidden;
      }
      group.hidden = !any;
      some ||= any;
    }
    document.querySelector("[data-none]").hidden = some;
  }

  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // ---- approving ---------------------------------------------------------------------------------

  // The page to approve on is brought up to date like any other, but its token is for a window alone and
  // no script is told it. So the one that this window was opened with goes into every form.
  const SETTLES = 1500; // milliseconds that a change has to have been there before it can be approved
  const changed = new WeakMap();
  const token = () => document.getElementById("token")?.value;
  const forms = () => [...document.querySelectorAll("form[data-approve]")];
  const shownDigests = () => new Map(forms().map((form) => [form, form.elements.digest.value]));

  function ready(before = new Map()) {
    for (const form of forms()) {
      form.elements.token.value ||= token();
      if (!before.has(form) || before.get(form) === form.elements.digest.value) continue;
      changed.set(form, performance.now());
      form.querySelector("[data-changed]").hidden = false;
    }
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  }

  function sending(event) {
    // What changed under somebody's hand nobody has read.
    leaving = performance.now() - (changed.get(event.target) ?? -Infinity) >= SETTLES;
    if (!leaving) event.preventDefault();
  }

  async function copied(button) {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  }

  // ---- the page in the frame ---------------------------------------------------------------------

  function inside() {
    try {
      const doc = theFrame()?.contentDocument;
      return doc && TREES.test(doc.location.pathname) ? doc : null;
    } catch {
      return null; // a viewer of the browser's own, as for a PDF
    }
  }

  const file = (pathname) => decodeURIComponent(pathname.slice(1)).replace(/(^|\/)$/, "$1index.html");

  // Whether the frame shows something new now.
  async function inFrame(pages) {
    const doc = inside();
    if (!doc) return false;
    const here = file(doc.location.pathname);
    const tree = here.slice(0, here.indexOf("/") + 1);
    const wardrobe = tree === "drafts/" ? "portals/" : tree; // drafts are dressed as portals are
    const among = (address) => {
      const url = new URL(address, doc.baseURI);
      return url.origin === location.origin && touches(pages, (path) => path === file(url.pathname));
    };
    if (pages !== null && [...doc.scripts].some((script) => script.src && among(script.src))) return again();
    let changed = false;
    if (pages === null || pages.has(here)) changed = await renew(doc);
    if (inside() !== doc) return changed;
    if (touches(pages, (path) => path.startsWith(wardrobe) && (path.endsWith(".css") || path.includes("/assets/")))) {
      restyle(doc);
      changed = true;
    }
    for (const image of doc.images) {
      if (image.src && pages !== null && among(image.src)) {
        image.src = `${bare(image.getAttribute("src"))}?v=${version}`;
        changed = true;
      }
    }
    return changed;
  }

  async function renew(doc) {
    const { text, status } = await get(doc.location.href);
    if (inside() !== doc) return false; // somebody went elsewhere meanwhile
    if (status === 404) return leave(doc);
    if (doc.contentType !== "text/html") return again();
    const fresh = parsed(text);
    if (isPublic(doc)) {
      const before = sent.get(doc);
      if (!before || !insideMain(before, fresh)) return again();
      sent.set(doc, parsed(text));
      morph(doc, fresh, () => false, MAIN);
      doc.defaultView.document$.next(doc);
      return true;
    }
    if (!known(doc) || head(doc) !== head(fresh)) return again();
    morph(doc, fresh, () => false);
    rerun(doc);
    return true;
  }

  // ---- pages of a theme ----------------------------------------------------------------------------

  // A theme's script may do anything to its page, and can't be run again on it. Material alone has a way
  // to be told that its page's main part was exchanged (it does so itself between pages). So that part is
  // changed in place there, where it is all that changed; any other page of a theme is loaded anew.
  const MAIN = "main, [role=main]";
  const isPublic = (doc) => doc.location.pathname.startsWith("/public/");
  const sent = new WeakMap(); // a page of Material's, and how it was before its script had its way with it

  async function remember(doc) {
    if (!doc.defaultView || !isPublic(doc) || !doc.defaultView.document$?.next) return;
    const { ok, text } = await get(doc.location.href);
    if (!ok || !doc.defaultView) return;
    const here = file(doc.location.pathname);
    if (!shownSince(doc).some(({ pages }) => touches(pages, (path) => path === here))) sent.set(doc, parsed(text));
  }

  function insideMain(before, fresh) {
    const rest = (page) => {
      const body = page.body.cloneNode(true);
      body.querySelector(MAIN)?.replaceChildren();
      return body;
    };
    // Material's own script at the main part's end reads the address, once; a script in the text is an author's.
    const simple = (page) => page.querySelector(MAIN) && !page.querySelector("article :is(script, [data-pg-gallery])");
    return simple(before) && simple(fresh) && head(before) === head(fresh) && rest(before).isEqualNode(rest(fresh));
  }

  const name = (script) => bare(script.src).replace(/^.*\//, "");
  const known = (doc) => [...doc.scripts].every((script) => script.src && AGAIN.includes(name(script)));

  // Put beside a style or a script until it has loaded. It is no part of the page, so that news which comes
  // meanwhile finds the page as it was sent.
  const PASSING = "data-passing";
  const STYLES = `link[rel~=stylesheet]:not([${PASSING}])`;
  const SCRIPTS = `script:not([${PASSING}])`;

  // What a page is dressed in and run by. Where that differs, changing the body is not enough.
  const head = (doc) =>
    [...doc.head.querySelectorAll(`${STYLES}, ${SCRIPTS}`)]
      .map((each) => `${each.localName} ${bare(each.getAttribute("href") ?? each.getAttribute("src"))}`)
      .join("\n");

  function rerun(doc) {
    const marks = [...doc.querySelectorAll("[data-new] .new")];
    for (const script of doc.querySelectorAll(SCRIPTS)) {
      const copy = doc.createElement("script");
      copy.setAttribute(PASSING, "");
      copy.src = script.src;
      copy.addEventListener("load", () => {
        copy.remove();
        for (const mark of marks) mark.remove();
      });
      doc.head.append(copy);
    }
  }

  function restyle(doc) {
    for (const link of doc.querySelectorAll(STYLES)) {
      if (new URL(link.href).origin !== location.origin) continue;
      const fresh = link.cloneNode();
      fresh.setAttribute(PASSING, "");
      fresh.setAttribute("href", `${bare(link.getAttribute("href"))}?v=${version}`);
      // The old one dresses the page until the new one is there, or a newer one.
      fresh.addEventListener("load", () => {
        if (!fresh.isConnected) return;
        link.remove();
        fresh.removeAttribute(PASSING);
      });
      fresh.addEventListener("error", () => fresh.remove());
      while (link.nextElementSibling?.matches(`link[${PASSING}]`)) link.nextElementSibling.remove();
      link.after(fresh);
    }
  }

  // Loads the frame's page anew; it looks as before but for what changed.
  async function again() {
    const frame = theFrame();
    const doc = inside();
    const view = doc.defaultView;
    const at = [view.scrollX, view.scrollY];
    const open = [...doc.querySelectorAll("details")].map((each) => each.open);
    const loaded = new Promise((done) => {
      frame.addEventListener("load", done, { once: true });
      setTimeout(done, 10000);
    });
    view.location.reload();
    await loaded;
    const fresh = inside();
    const details = [...(fresh?.querySelectorAll("details") ?? [])];
    if (details.length === open.length) details.forEach((each, i) => (each.open = open[i]));
    fresh?.defaultView.scrollTo({ left: at[0], top: at[1], behavior: "instant" });
    return true;
  }

  // The frame's page is gone: the nearest folder that is there, or the tab's own beginning.
  async function leave(doc) {
    await refresh(); // the tab may begin elsewhere now, or show nothing
    if (inside() !== doc) return true;
    const above = [];
    for (let path = doc.location.pathname; TREES.test((path = path.replace(/[^/]*\/?$/, ""))); ) above.push(path);
    const home = `/${told().home}`;
    const asked = new URLSearchParams(location.search).get("page") ?? "";
    const moved = !asked.startsWith("/") && !doc.location.pathname.startsWith(home);
    if (told().home) above[moved ? "unshift" : "push"](home);
    for (const path of above) {
      if (!(await get(path, "HEAD")).ok) continue;
      if (inside() === doc) doc.location.replace(path);
      return true;
    }
    return false;
  }

  // ---- the bar follows the frame -----------------------------------------------------------------

  const follow = () => later(followed);

  async function followed() {
    const doc = inside();
    if (!doc) return;
    const { pathname, search, hash } = doc.location;
    const page = pathname + search + hash;
    const home = `/${told().home}`;
    if (told().home && pathname.startsWith(home)) {
      const rest = page.slice(home.length);
      const asked = rest ? `&page=${encodeURIComponent(rest).replaceAll("%2F", "/")}` : "";
      const view = told().view ? `&view=${told().view}` : "";
      move(`${location.pathname}?tab=${told().tab}${view}${asked}`);
      for (const link of document.querySelectorAll("a[data-page]")) {
        link.href = link.getAttribute("href").replace(/&page=.*|$/, asked);
      }
    } else {
      const account = encodeURIComponent(told().account);
      const address = await refresh(`/-/where?account=${account}&page=${encodeURIComponent(page)}`);
      if (address && inside() === doc) move(address);
    }
  }

  function move(address) {
    const url = new URL(address, location.href);
    if (url.href !== location.href) history.replaceState(null, "", url);
  }

  function arrived() {
    const frame = theFrame();
    let where = "";
    try {
      where = frame.contentWindow.location.href;
    } catch {
      return;
    }
    if (where === "about:blank") return;
    const doc = inside();
    if (!doc) {
      // The desk does not stand in its own frame.
      const url = new URL(where);
      if (url.origin === location.origin && !TREES.test(url.pathname)) location.href = where;
      return;
    }
    const view = doc.defaultView;
    doc.addEventListener("click", outwards);
    if (view.navigation) view.navigation.addEventListener("currententrychange", follow);
    else view.addEventListener("hashchange", follow);
    follow();
    foreign(doc);
    later(() => remember(doc));
    const missed = shownSince(doc);
    if (missed.length) {
      const whole = missed.some((each) => each.pages === null);
      show(whole ? null : new Set(missed.flatMap((each) => [...each.pages])));
    }
  }

  // What was shown after a page was asked for, and may be missing from it.
  function shownSince(doc) {
    const { performance: clock } = doc.defaultView;
    const asked = clock.timeOrigin + (clock.getEntriesByType("navigation")[0]?.requestStart ?? 0);
    return recent.filter((each) => each.at >= asked);
  }

  // Other sites open in a tab of their own: they are no part of the desk, and would not load in its frame.
  function outwards(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const url = new URL(link.getAttribute("href"), link.baseURI);
    if (url.origin === location.origin || link.getAttribute("target") === "_blank") return;
    if (url.protocol === "javascript:" || url.protocol === "blob:") return;
    event.preventDefault();
    if (/^https?:$/.test(url.protocol)) window.open(url.href, "_blank", "noopener,noreferrer");
    else location.href = url.href;
  }

  function foreign(doc) {
    const hosts = new Set();
    for (const script of doc.scripts) {
      if (script.src && new URL(script.src).origin !== location.origin) hosts.add(new URL(script.src).host);
    }
    if (hosts.size) say("sign", told().scripts.replace("{hosts}", [...hosts].join(", ")));
  }

  // ---- begin -------------------------------------------------------------------------------------

  // A frame's load does not bubble; it may have come and gone before this script.
  document.addEventListener("load", (event) => event.target.id === "page" && arrived(), true);
  document.addEventListener("input", (event) => event.target.id === "find" && find());
  document.addEventListener("submit", (event) => event.target.matches("[data-approve]") && sending(event));
  document.addEventListener("click", (event) => event.target.matches("[data-copy]") && copied(event.target).catch(report));
  document.addEventListener("visibilitychange", attend);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && attend());
  if (inside()?.readyState === "complete") arrived();
  find();
  ready();
  attend();
})();
