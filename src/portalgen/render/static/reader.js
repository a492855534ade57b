// Opens a sealed portal and shows its pages in place (docs/sealed-format.md). A key comes with the link
// (#k=...), from a passphrase, or from this device's memory; it never leaves the browser. The host sees
// which files are asked for, and nothing else. What was changed on its way is refused, not shown.
(() => {
  "use strict";
  const FORMAT = "portalgen-sealed-1";
  const ROUNDS = [600000, 10000000];
  const SALT = [16, 64]; // bytes
  const WRAPS = 1024;
  const WRAP = 40; // bytes
  const NONCE = 12;
  const REMEMBERED = 7 * 24 * 3600 * 1000; // milliseconds
  const TYPES = [
    "application/octet-stream", "application/pdf", "image/avif", "image/gif", "image/jpeg", "image/png", "image/webp",
    "text/calendar", "text/html",
  ];
  const LINK = /^#k=([^/]*)(\/.*)?$/;
  const HOME = "index.html";

  const folder = new URL("./", location.href).pathname;
  const address = folder.split("/").at(-2);
  const visits = "portalgen:" + folder; // what portal.js remembers of visits
  const inTab = "portalgen.key:" + folder;
  const closed = "portalgen.closed:" + folder; // when it was closed last, in any tab
  const text = new TextEncoder();
  const same = { createHTML: (html) => html };
  const policy = window.trustedTypes?.createPolicy("portalgen", same) ?? same;

  let manifest = null; // the portal that is open: its files by path
  let keyBytes = null; // what opened it
  let pages = new Map(); // pages that were opened, by path
  let shown = ""; // the path of the page that is shown
  let urls = []; // blob addresses on it
  let turn = 0; // counts the pages that were asked for: one that comes too late is dropped
  let life = {}; // another one each time that a portal is opened or closed
  let lasting = false; // whether this device remembers what is open

  class Said extends Error {} // its message names a sentence

  // ---- the format --------------------------------------------------------------------------------

  function bytes(base64, least, most = least) {
    if (typeof base64 !== "string" || !/^[A-Za-z0-9_-]*$/.test(base64)) throw new Said("damaged");
    let raw;
    try {
      raw = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
    } catch {
      throw new Said("damaged");
    }
    if (raw.length < least || raw.length > most) throw new Said("damaged");
    return Uint8Array.from(raw, (one) => one.charCodeAt(0));
  }

  function base64(raw) {
    return btoa(String.fromCharCode(...raw)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  function parsed(raw) {
    let found;
    try {
      found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw));
    } catch {
      throw new Said("damaged");
    }
    if (found?.format !== FORMAT) throw new Said("damaged");
    return found;
  }

  async function get(path, cache) {
    let answer;
    try {
      answer = await fetch(path, { cache, credentials: "omit" });
      if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
    } catch {
      throw new Said("offline");
    }
    throw new Said(answer.status >= 500 ? "offline" : "damaged");
  }

  async function decrypted(key, data, what, path) {
    const additionalData = text.encode([FORMAT, address, what, path].join("\0"));
    try {
      const how = { name: "AES-GCM", iv: data.subarray(0, NONCE), additionalData };
      return new Uint8Array(await crypto.subtle.decrypt(how, key, data.subarray(NONCE)));
    } catch {
      throw new Said("damaged");
    }
  }

  function wrapsOf(raw) {
    const { kdf, wraps } = parsed(raw);
    const known = kdf?.name === "PBKDF2" && kdf.hash === "SHA-256" && Number.isInteger(kdf.iterations);
    if (!known || kdf.iterations < ROUNDS[0] || kdf.iterations > ROUNDS[1]) throw new Said("damaged");
    if (!Array.isArray(wraps) || !wraps.length || wraps.length > WRAPS) throw new Said("damaged");
    return {
      rounds: kdf.iterations,
      salt: bytes(kdf.salt, ...SALT),
      wraps: wraps.map((one) => bytes(one, WRAP)),
    };
  }

  // The key that a passphrase comes to, however it is typed.
  async function stretched(passphrase, { salt, rounds }) {
    const said = passphrase.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
    const given = await crypto.subtle.importKey("raw", text.encode(said), "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
    return new Uint8Array(await crypto.subtle.deriveBits(how, given, 256));
  }

  const unwrapping = (raw) => crypto.subtle.importKey("raw", raw, "AES-KW", false, ["unwrapKey"]);

  // The content key, from the one wrap that this key unwraps.
  function unwrapped(wraps, key) {
    const kind = { name: "AES-GCM" };
    const tried = wraps.map((one) => crypto.subtle.unwrapKey("raw", one, key, "AES-KW", kind, false, ["decrypt"]));
    return Promise.any(tried).catch(() => null);
  }

  function filesOf(raw) {
    const { files, language } = parsed(raw);
    if (typeof files !== "object" || files === null || typeof language !== "string") throw new Said("damaged");
    const found = new Map();
    for (const [path, one] of Object.entries(files)) {
      if (!Array.isArray(one)) throw new Said("damaged");
      const [blob, key, type, length] = one;
      const right = /^blobs\/[a-z2-7]{26}$/.test(blob) && TYPES.includes(type) && Number.isSafeInteger(length);
      if (!right || length < 0) throw new Said("damaged");
      found.set(path, { blob, key: bytes(key, 32), type, length });
    }
    return { files: found, language };
  }

  async function file(path) {
    const { blob, key, length } = manifest.files.get(path);
    const cipher = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    const fetched = async (cache) => decrypted(cipher, await get(blob, cache), "blob", path);
    // What came damaged once would stay so in the browser's cache for a year.
    const padded = await fetched("default").catch(() => fetched("reload"));
    if (padded.length < length || padded.subarray(length).some(Boolean)) throw new Said("damaged");
    return padded.subarray(0, length);
  }

  // ---- opening and closing -----------------------------------------------------------------------

  // Opens the portal with what `find` makes a key of; returns what is said where that opens nothing, or "".
  async function opened(find, wrong) {
    const mine = (life = {});
    ++turn;
    say("opening");
    try {
      const [locks, sealed] = [get("keys.json", "no-store"), get("manifest.bin", "no-store")];
      sealed.catch(() => {}); // waited for below
      const known = wrapsOf(await locks);
      const { key, raw } = await find(known);
      const content = await unwrapped(known.wraps, key);
      if (!content) throw new Said(wrong);
      const found = filesOf(await decrypted(content, await sealed, "manifest", ""));
      if (mine !== life) return "";
      manifest = found;
      keyBytes = raw;
      lasting = !raw;
      if (raw) keep(() => sessionStorage.setItem(inTab, `${base64(raw)} ${Date.now()}`));
      await route(true);
      return "";
    } catch (error) {
      return mine === life ? fail(error) : "";
    }
  }

  function fail(error) {
    const name = error instanceof Said ? error.message : "damaged";
    if (name === "link" || name === "replaced") keep(() => sessionStorage.removeItem(inTab));
    say(name);
    return name;
  }

  function keep(act) {
    try {
      return act();
    } catch {
      return null; // a browser may have no storage
    }
  }

  async function begin() {
    const link = LINK.exec(location.hash);
    if (link) return byLink(link);
    if (unsafe()) return;
    const raw = held();
    if (raw && (await opened(async () => ({ raw, key: await unwrapping(raw) }), "replaced")) !== "replaced") return;
    const mine = life;
    const key = await remembered.get().catch(() => null);
    if (mine !== life) return;
    if (!key && !raw) say("locked");
    if (!key) return;
    const what = await opened(async () => ({ raw: null, key }), "replaced");
    if (what === "replaced") await remembered.delete().catch(() => {});
  }

  function unsafe() {
    const why = self !== top ? "framed" : window.isSecureContext && window.crypto?.subtle ? "" : "insecure";
    if (why) say(why);
    return why;
  }

  // The key that this tab keeps, unless the portal was closed since in another one.
  const held = () =>
    keep(() => {
      const [key, at] = sessionStorage.getItem(inTab).split(" ");
      return Number(at) > Number(keep(() => localStorage.getItem(closed)) ?? 0) ? bytes(key, 32) : null;
    });

  function byLink([, key, path]) {
    // Before anything else: what stands in the address bar is copied, kept and sent on.
    history.replaceState(null, "", folder + location.search + (path ? "#" + path : ""));
    end();
    if (unsafe()) return;
    const raw = /^[A-Za-z0-9_-]{43}$/.test(key) ? keep(() => bytes(key, 32)) : null;
    if (!raw) return fail(new Said("link"));
    return opened(async () => ({ raw, key: await unwrapping(raw) }), "link");
  }

  // Nothing is open from here on; what is under way comes too late.
  function end() {
    life = {};
    ++turn;
    manifest = null;
    keyBytes = null;
    pages = new Map();
    keep(() => sessionStorage.removeItem(inTab));
  }

  async function forget(here = true) {
    end();
    keep(() => sessionStorage.removeItem(visits));
    if (here) {
      keep(() => localStorage.removeItem(visits));
      keep(() => localStorage.setItem(closed, Date.now())); // for tabs that are elsewhere now
      tabs?.postMessage("closed");
    }
    form.reset();
    field.type = "password";
    history.replaceState(null, "", folder);
    say("closed");
    await remembered.delete().catch(() => {});
  }

  const tabs = keep(() => new BroadcastChannel(visits)); // this portal's other tabs
  tabs?.addEventListener("message", () => (document.body.dataset.state === "locked" ? end() : forget(false)));

  // What this device remembers: a key that no script can read, and until when.
  const remembered = {
    queue: Promise.resolve(), // one after the other, in the order in which they were asked for
    with(mode, act) {
      return (this.queue = this.queue.catch(() => {}).then(() => this.within(mode, act)));
    },
    async within(mode, act) {
      const database = await asked(indexedDB.open("portalgen", 1), (opening) => {
        opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
      });
      try {
        return await asked(act(database.transaction("keys", mode).objectStore("keys")));
      } finally {
        database.close();
      }
    },
    async get() {
      // Whosever portal is opened next clears away what is over.
      const names = await this.with("readonly", (keys) => keys.getAllKeys());
      for (const name of names) {
        const one = await this.with("readonly", (keys) => keys.get(name)); // none: another tab was faster
        if (!(Date.now() < one?.until)) await this.with("readwrite", (keys) => keys.delete(name));
      }
      return (await this.with("readonly", (keys) => keys.get(folder)))?.key ?? null;
    },
    put(key) {
      return this.with("readwrite", (keys) => keys.put({ key, until: Date.now() + REMEMBERED }, folder));
    },
    delete() {
      return this.with("readwrite", (keys) => keys.delete(folder));
    },
  };

  function asked(request, prepare = () => {}) {
    prepare(request);
    return new Promise((done, failed) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  }

  // ---- what is said ------------------------------------------------------------------------------

  const texts = JSON.parse(document.getElementById("texts").textContent);
  const bar = document.getElementById("reader-bar");
  bar.remove();
  bar.hidden = false;
  document.getElementById("still").remove();
  const lock = [...document.body.children].filter((one) => one.localName !== "script");
  const form = document.getElementById("unlock");
  const field = document.getElementById("passphrase");
  const seen = document.getElementById("seen"); // seven words are long for who can't see them
  const remember = document.getElementById("remember");
  const again = document.getElementById("again");
  const said = document.getElementById("said");
  const help = document.getElementById("help");
  const contact = help.querySelector("#contact");
  const lockClass = document.body.className;
  const keepButton = bar.querySelector("#keep");

  const ours = Object.keys(texts);
  const language = chosen(navigator.languages) ?? ours[0];

  function chosen(wanted) {
    for (const tag of wanted) {
      const found = ours.find((one) => one === tag || one === tag.split("-")[0]) ?? ours.find((one) => one.split("-")[0] === tag.split("-")[0]);
      if (found) return found;
    }
    return null;
  }

  // Puts the texts of a language where they belong.
  function word(root, tag) {
    const told = texts[tag];
    for (const place of root.querySelectorAll("[data-text]")) place.textContent = told[place.dataset.text];
    if (root.contains(help)) help.replaceChildren(...aid(tag));
  }

  // Whom to write to.
  function aid(tag) {
    const [before, after = ""] = texts[tag].help.split("{contact}");
    return [before, contact?.cloneNode(true) ?? "", after];
  }

  const FORM = ["locked", "link", "passphrase", "replaced", "closed"];
  const CALM = ["locked", "closed", "opening"];

  function say(name) {
    if (manifest && !CALM.includes(name)) return failed(name);
    leave();
    document.body.className = lockClass;
    document.documentElement.lang = language;
    document.documentElement.dir = texts[language].dir;
    document.title = texts[language].title;
    document.body.replaceChildren(...lock);
    for (const one of lock) word(one, language);
    const asks = FORM.includes(name);
    form.hidden = !asks;
    field.value = "";
    field.setAttribute("aria-invalid", String(name === "passphrase"));
    again.hidden = !["damaged", "offline"].includes(name);
    help.hidden = CALM.includes(name) && name !== "locked";
    said.setAttribute("role", CALM.includes(name) ? "status" : "alert");
    said.textContent = texts[language][name];
    document.body.dataset.state = name === "opening" ? "opening" : asks ? "locked" : "failed";
    if (name === "passphrase") field.focus();
    else if (name === "closed") said.focus();
  }

  // The same of one page of a portal that is open: the others may be whole.
  function failed(name) {
    const tag = chosen([manifest.language]) ?? language;
    const page = document.createElement("main");
    page.id = "main";
    page.className = "letter";
    page.lang = tag;
    page.dir = texts[tag].dir;
    const sentence = document.createElement("p");
    sentence.id = "said";
    sentence.className = "say";
    sentence.setAttribute("role", "alert");
    sentence.textContent = texts[tag][name];
    sentence.tabIndex = -1;
    const home = document.createElement("a");
    home.href = "#/";
    home.textContent = texts[tag].home;
    page.append(sentence, line(home));
    if (name !== "gone") {
      const button = document.createElement("button");
      button.id = "again";
      button.className = "btn";
      button.textContent = texts[tag].again;
      page.append(line(button), line(...aid(tag)));
    }
    leave();
    document.title = texts[tag].title;
    document.body.className = lockClass;
    document.body.replaceChildren(page, footer(tag));
    document.body.dataset.state = "failed";
    scrollTo(0, 0);
    sentence.focus();
  }

  function line(...content) {
    const made = document.createElement("p");
    made.className = "more";
    made.append(...content);
    return made;
  }

  // ---- pages -------------------------------------------------------------------------------------

  // `#/updates/?id` -> the page's path, the id.
  function wanted() {
    const [, path, id = ""] = /^#?\/?([^?]*)\??(.*)$/.exec(location.hash);
    const plain = decoded(path);
    return { path: !plain || plain.endsWith("/") ? plain + HOME : plain, id: decoded(id) };
  }

  function decoded(part) {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  }

  async function route(first = false) {
    const link = LINK.exec(location.hash);
    if (link) return byLink(link);
    if (!manifest) return;
    const { path, id } = wanted();
    const mine = ++turn;
    clearTimeout(noting);
    try {
      if (!manifest.files.has(path)) {
        if (manifest.files.has(`${path}/${HOME}`)) return location.replace("#/" + encoded(path) + "/");
        throw new Said("gone");
      }
      if (manifest.files.get(path).type !== "text/html") {
        history.replaceState(null, "", "#/");
        download(path);
        return route(first);
      }
      if (path !== shown) {
        const html = pages.get(path) ?? new TextDecoder().decode(await file(path));
        if (mine !== turn) return;
        pages.set(path, html);
        show(path, html, first);
      }
      place(id, first);
    } catch (error) {
      if (mine === turn) fail(error);
    }
  }

  function show(path, html, first) {
    const page = new DOMParser().parseFromString(policy.createHTML(html), "text/html");
    for (const one of page.querySelectorAll(LOADS)) one.remove();
    for (const one of page.querySelectorAll("[name]")) one.removeAttribute("name"); // it could stand in for document.body
    for (const link of page.querySelectorAll("a[href]")) turned(link, path);
    for (const one of page.querySelectorAll("[data-visit]")) one.dataset.visit = "./";
    leave();
    shown = path;
    const images = [...page.querySelectorAll("img")].map((image) => waiting(image, path)).filter(Boolean);
    document.documentElement.lang = page.documentElement.lang;
    document.documentElement.dir = page.documentElement.dir || "ltr";
    document.title = page.title;
    document.body.className = page.body.className;
    document.body.replaceChildren(...page.body.childNodes, footer(chosen([page.documentElement.lang]) ?? language));
    document.body.dataset.state = "open";
    const mine = urls;
    for (const image of images) image.arrive(() => mine === urls).catch(() => mine === urls && image.lost());
    document.dispatchEvent(new Event("portalgen:page"));
    if (first && document.activeElement === document.body && !typed) return;
    focused(document.querySelector("#main h1") ?? document.querySelector("#main"));
  }

  function leave() {
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
    shown = "";
  }

  function footer(tag) {
    bar.lang = tag;
    bar.dir = texts[tag].dir;
    word(bar, tag);
    if (lasting) keepButton.textContent = texts[tag].kept;
    keepButton.disabled = lasting;
    return bar;
  }

  function focused(element) {
    if (!element) return;
    if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }

  // Where on the page: where the reader was, at a place, or at the top.
  function place(id, first) {
    const before = history.state?.y;
    const target = id && document.getElementById(id);
    if (typeof before === "number") scrollTo(0, before);
    else if (target) {
      target.scrollIntoView();
      focused(target);
    } else if (!first) scrollTo(0, 0);
    note();
  }

  let noting = 0;

  function note() {
    if (shown) history.replaceState({ y: scrollY }, "");
  }

  // What loads something by itself; a portal's pages have nothing of it but images.
  const LOADS = "script, link, meta, base, style, iframe, object, embed, video, audio, input, feImage, image";

  const ROOT = "https://portal.invalid/portal/"; // where the portal's pages lie beside their assets

  // Where an address on a page leads: the path in the portal, or null for what is not in it.
  function inside(address, path) {
    const url = keep(() => new URL(address, ROOT + encoded(path)));
    return url?.href.startsWith(ROOT) ? { path: decoded(url.pathname.slice(8)), hash: url.hash.slice(1) } : null;
  }

  const encoded = (path) => path.split("/").map(encodeURIComponent).join("/");

  // A link of a page as it is there -> as it works here.
  function turned(link, path) {
    const href = link.getAttribute("href");
    if (/^(https:|mailto:|tel:)/i.test(href)) return;
    const found = inside(href, path);
    if (!found) return link.removeAttribute("href");
    const target = found.path.replace(/(^|\/)index\.html$/, "$1");
    if (manifest.files.has(target)) link.dataset.file = target;
    link.setAttribute("href", "#/" + encoded(target) + (found.hash ? "?" + found.hash : ""));
  }

  async function download(path) {
    const mine = life;
    const { type } = manifest.files.get(path);
    const body = await file(path).catch((error) => mine === life && fail(error));
    if (mine !== life || !(body instanceof Uint8Array)) return;
    const url = URL.createObjectURL(new Blob([body], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = path.split("/").at(-1);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  // ---- images ------------------------------------------------------------------------------------

  const decodes = new Map(); // whether this browser shows a format

  // An image as it waits for its bytes: it has its size, so nothing moves when they come.
  function waiting(image, path) {
    const sources = [...(image.closest("picture")?.querySelectorAll("source") ?? [])];
    for (const one of sources) one.remove();
    image.removeAttribute("srcset");
    const source = image.getAttribute("src") ?? "";
    const fallback = inside(source, path)?.path;
    if (fallback === undefined) {
      const beside = /^(?:\.\.\/)+(assets\/[^/]+)$/.exec(source); // the agency's own
      if (beside) image.src = "../" + beside[1];
      else image.removeAttribute("src");
      return null;
    }
    const copies = sources.map((one) => {
      const some = (one.getAttribute("srcset") ?? "").split(",").map((each) => each.trim().split(/\s+/));
      return some.map(([address, width]) => ({ path: inside(address, path)?.path, width: parseInt(width, 10) }));
    });
    image.src = kept(new Blob([`<svg xmlns="http://www.w3.org/2000/svg" width="${image.width || 1}" height="${image.height || 1}"/>`], { type: "image/svg+xml" }));
    return {
      async arrive(wanted) {
        const width = image.getBoundingClientRect().width * devicePixelRatio;
        for (const some of copies) {
          const one = some.find((copy) => copy.width >= width) ?? some.at(-1);
          const blob = await copy(one.path);
          if (!wanted()) return;
          if (blob && (await shows(blob))) return void (wanted() && (image.src = kept(blob)));
        }
        const blob = await copy(fallback);
        if (!blob) throw new Said("damaged");
        if (wanted()) image.src = kept(blob);
      },
      lost: () => {
        image.removeAttribute("src");
        (image.closest("picture") ?? image).after(Object.assign(document.createElement("em"), { textContent: texts[bar.lang].lost }));
      },
    };
    async function copy(target) {
      const known = manifest?.files.get(target);
      if (!known || decodes.get(known.type) === false) return null;
      return new Blob([await file(target)], { type: known.type });
    }
  }

  async function shows(blob) {
    if (!decodes.has(blob.type)) {
      decodes.set(blob.type, await createImageBitmap(blob).then((made) => (made.close(), true), () => false));
    }
    return decodes.get(blob.type);
  }

  function kept(blob) {
    const url = URL.createObjectURL(blob);
    urls.push(url);
    return url;
  }

  // ---- events ------------------------------------------------------------------------------------

  let typed = false; // whether the reader was at the form, so that the focus has to go somewhere

  history.scrollRestoration = "manual";
  addEventListener("hashchange", () => route());
  addEventListener("scroll", () => {
    clearTimeout(noting);
    noting = setTimeout(note, 150);
  }, { passive: true });
  addEventListener("pageshow", async (event) => {
    // Back from where a browser keeps whole pages: it may have been forgotten meanwhile.
    if (!event.persisted || !manifest) return;
    if (!(keyBytes ? held() : await remembered.get().catch(() => null))) forget(false);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#again")) return location.reload();
    if (bar.contains(event.target) && event.target.id === "forget") return void forget();
    if (bar.contains(event.target) && event.target.id === "keep") return void remembering();
    const link = event.target.closest?.("a[href]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.dataset.file) {
      event.preventDefault();
      download(link.dataset.file);
    } else if (link.hash && link.hash === location.hash && link.origin === location.origin) {
      event.preventDefault();
      const { id } = wanted();
      history.replaceState(null, "");
      place(id, false);
    } else note();
  });
  seen.addEventListener("change", () => (field.type = seen.checked ? "text" : "password"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!field.value.trim()) return field.focus();
    typed = true;
    const [passphrase, long] = [field.value, remember.checked];
    await opened(async (known) => {
      const raw = await stretched(passphrase, known);
      return { raw, key: await unwrapping(raw) };
    }, "passphrase");
    if (manifest && long) await remembering();
    typed = false;
  });

  async function remembering() {
    const mine = life;
    try {
      const key = await unwrapping(keyBytes);
      if (mine !== life) return;
      await remembered.put(key);
      if (mine !== life) return;
      lasting = true;
      footer(bar.lang);
    } catch {
      keepButton.textContent = texts[bar.lang].unkept;
    }
  }

  begin().catch(fail);
})();
