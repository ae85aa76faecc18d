// What the browser does by itself: theme, drawers, dialogs, the question box. Everything else is the server's.
(() => {
  const K = (window.kangban = {});
  const root = document.documentElement;
  const cookie = (name, value) => { document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=strict`; };
  const read = (name) => (document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`)) || [])[1] || "";
  const theme = read("kangban_theme");
  if (theme) root.dataset.theme = theme;

  K.theme = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    cookie("kangban_theme", root.dataset.theme);
  };
  K.choose = (name, value, where) => { cookie(name, value); where ? location.assign(where) : location.reload(); };
  K.toast = (text) => {
    const box = document.getElementById("toasts");
    if (!box) return;
    const one = document.createElement("div");
    one.textContent = text;
    box.append(one);
    setTimeout(() => one.remove(), 6000);
  };

  let before = null;
  const focusable = (box) => box.querySelector("button:not([disabled]),a[href],input,select,textarea");
  K.open = (name) => { before = document.activeElement; document.body.classList.add(`${name}-open`); const box = document.querySelector(`.${name}`); setTimeout(() => box && focusable(box)?.focus(), 60); };
  K.shut = () => { const any = document.body.matches(".side-open,.rail-open"); document.body.classList.remove("side-open", "rail-open"); if (any && before?.isConnected) before.focus(); };
  K.source = (id) => {
    const narrow = matchMedia("(max-width:1120px)").matches && document.getElementById(id)?.closest(".rail") !== null;
    if (narrow) K.open("rail");
    setTimeout(() => { const one = document.getElementById(id); one?.scrollIntoView({ block: "nearest" }); if (!narrow) one?.focus({ preventScroll: true }); }, 80);
  };
  K.show = (id) => setTimeout(() => { const box = document.getElementById(id); if (box && !box.open) { box.showModal(); box.querySelector("input,select,textarea,button")?.focus(); } }, 30);
  K.focus = (id) => setTimeout(() => { const one = document.getElementById(id); one?.scrollIntoView({ block: "nearest" }); one?.focus({ preventScroll: true }); }, 60);
  K.hide = (id) => document.getElementById(id)?.close();
  K.form = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));

  K.copy = async (text, said) => {
    try { await navigator.clipboard.writeText(text); } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
    }
    K.toast(said);
  };

  // One id for each submit: a second click finds the box empty and sends nothing.
  const mint = () => globalThis.crypto?.randomUUID?.() ?? `${Date.now().toString(36)}-${[...crypto.getRandomValues(new Uint32Array(3))].map((n) => n.toString(36)).join("")}`;
  K.take = () => {
    const box = document.getElementById("question");
    const force = document.querySelector(".held button") !== null; // files may go without words
    const text = box.value;
    if (!text.trim() && !force) { box.focus(); return null; }
    if (text.length > Number(box.dataset.most)) { K.toast(box.dataset.toolong); return null; }
    if (!window.socket?.connected) { K.toast(box.dataset.away); return null; }
    box.value = "";
    sessionStorage.removeItem("kangban_words");
    return { text, id: mint() };
  };
  K.enter = (event) => {
    const send = event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
    if (send) event.preventDefault();
    return send;
  };
  K.fill = (text) => { const box = document.getElementById("question"); if (box && !box.value) { box.value = text; box.focus(); } };
  K.mint = mint;
  K.newest = () => setTimeout(() => { const all = document.querySelectorAll(".talk .x"); all[all.length - 1]?.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion:reduce)").matches ? "auto" : "smooth" }); }, 40);
  K.end = () => setTimeout(() => { const all = document.querySelectorAll(".talk .x"); all[all.length - 1]?.scrollIntoView({ block: "start" }); }, 60);

  document.addEventListener("click", (event) => {
    const hit = event.target.closest?.("[data-do]");
    if (!hit) return;
    const { do: what, arg } = hit.dataset;
    if (what === "theme") K.theme();
    else if (what === "lang") K.choose("kangban_lang", arg);
    else if (what === "side") K.open("side");
    else if (what === "rail") K.open("rail");
    else if (what === "shut") K.shut();
    else if (what === "show") K.show(arg);
    else if (what === "hide") hit.closest("dialog")?.close();
    else if (what === "pick") document.querySelector(".hide-up input[type=file]")?.click();
    else if (what === "copy") K.copy(arg, hit.dataset.said);
    else if (what === "demo") K.choose("kangban_family", arg, "/");
    else if (what === "as") K.choose("kangban_demo_as", arg, arg === "doctor" ? "/desk" : "/");
    else if (what === "again") location.reload();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") K.shut(); });
  // Who logs out is told so, and not by the page just left that their login ended.
  document.addEventListener("submit", (event) => { if (event.target.getAttribute("action") === "/logout") K.leaving = true; });
  // A form that comes back refused opens where it says why.
  document.querySelector(".app main form .wrong:not(:empty)")?.scrollIntoView({ block: "center" });
  // The desk by keyboard; never while somebody types, and never over the browser's own shortcuts.
  document.addEventListener("keydown", (event) => {
    const desk = document.querySelector(".desk");
    if (!desk || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key !== "escape" && event.target.closest?.("input,textarea,select")) return;
    let hit = desk.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (key === "j" || key === "k") {
      const rows = [...desk.querySelectorAll("[data-row]")], at = rows.findIndex((row) => row.hasAttribute("aria-current"));
      hit = rows[at < 0 ? 0 : at + (key === "j" ? 1 : -1)];
      hit?.scrollIntoView({ block: "nearest" });
    }
    if (hit && !hit.disabled) { event.preventDefault(); hit.click(); }
  });
  document.addEventListener("input", (event) => { if (event.target.id === "question") sessionStorage.setItem("kangban_words", event.target.value); });
  addEventListener("DOMContentLoaded", () => { root.lang = read("kangban_lang") === "en" ? "en" : document.querySelector("meta[name=kangban-lang]")?.content || "zh-CN"; });
  const restore = new MutationObserver(() => {
    const box = document.getElementById("question");
    if (!box) return;
    restore.disconnect();
    const words = sessionStorage.getItem("kangban_words");
    if (words && !box.value) box.value = words;
    if (document.querySelector(".talk .x")) K.end();
  });
  addEventListener("DOMContentLoaded", () => restore.observe(document.body, { childList: true, subtree: true }));
})();
