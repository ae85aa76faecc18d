// Reports in the browser: files handed to the uploader, the paper beside its lines, and the keyboard.
(() => {
  const K = window.kangban;
  const still = matchMedia("(prefers-reduced-motion:reduce)").matches ? "auto" : "smooth";

  // --- files ---------------------------------------------------------------------------------
  const hand = (zone, files) => {
    const input = zone.querySelector(".q-uploader__input");
    if (!input || !files.length) return;
    const bag = new DataTransfer();
    for (const file of files) bag.items.add(file);
    input.files = bag.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const hit = event.target.closest?.("[data-do]");
    if (!hit) return;
    const zone = hit.closest("[data-drop]");
    if (hit.dataset.do === "files" && zone) zone.querySelector(hit.dataset.arg ? `[data-from="${hit.dataset.arg}"]` : ".q-uploader__input")?.click();
    else if (hit.dataset.do === "print") window.print();
  });
  document.addEventListener("change", (event) => {
    const from = event.target.closest?.("[data-from]");
    if (!from) return;
    hand(from.closest("[data-drop]"), [...from.files]);
    from.value = "";
  });
  const over = (event) => event.target.closest?.("[data-drop]");
  document.addEventListener("dragover", (event) => { const zone = over(event); if (zone) { event.preventDefault(); zone.classList.add("over"); } });
  document.addEventListener("dragleave", (event) => { const zone = over(event); if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    const zone = over(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.remove("over");
    hand(zone, [...event.dataTransfer.files]);
  });

  // --- paper and lines -----------------------------------------------------------------------
  const lines = () => [...document.querySelectorAll("[data-line]")];
  const byName = (kind, name) => document.querySelector(`[data-${kind}="${CSS.escape(name)}"]`);
  const mark = (name, focus) => {
    for (const one of document.querySelectorAll("[data-line][aria-current],[data-spot][aria-current]")) one.removeAttribute("aria-current");
    const line = byName("line", name), spot = byName("spot", name);
    line?.setAttribute("aria-current", "true");
    spot?.setAttribute("aria-current", "true");
    if (focus && line) { line.focus({ preventScroll: true }); line.scrollIntoView({ block: "nearest" }); }
    const paper = spot?.closest(".paper");
    if (paper) {
      const box = spot.getBoundingClientRect(), room = paper.getBoundingClientRect();
      paper.scrollBy({ top: box.top + box.height / 2 - room.top - room.height / 2, left: box.width > room.width ? box.left - room.left - 12 : box.left + box.width / 2 - room.left - room.width / 2, behavior: still });
    }
  };
  const step = (by) => {
    const all = lines(), at = all.findIndex((one) => one.hasAttribute("aria-current"));
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) mark(next.dataset.line, true);
  };
  // After a word on a line: on to the next that waits, or back to it.
  K.line = (name, onwards) => setTimeout(() => {
    const all = lines(), at = all.findIndex((one) => one.dataset.line === name);
    const next = onwards ? all.slice(at + 1).find((one) => one.classList.contains("open")) || all.find((one) => one.classList.contains("open")) : null;
    mark((next || all[at])?.dataset.line || name, true);
  }, 60);
  document.addEventListener("focusin", (event) => { const line = event.target.closest?.("[data-line]"); if (line && !line.hasAttribute("aria-current")) mark(line.dataset.line, false); });
  document.addEventListener("click", (event) => {
    const spot = event.target.closest?.("[data-spot]"), line = event.target.closest?.("[data-line]");
    if (spot) mark(spot.dataset.spot, true);
    else if (line && !event.target.closest("button,a")) mark(line.dataset.line, true);
  });
  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("[data-lines]") || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("input,textarea,select,button,a,summary") && !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    if (event.target.closest?.("input,textarea,select")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); return; }
    const line = document.querySelector("[data-line][aria-current]");
    if (!line) return;
    if (event.key === " ") { event.preventDefault(); document.querySelector(".check")?.classList.toggle("near"); mark(line.dataset.line, false); return; }
    const hit = line.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (hit) { event.preventDefault(); hit.click(); }
  });
  // A page without a picture says so instead of showing a torn one.
  document.addEventListener("error", (event) => {
    const picture = event.target;
    if (!(picture instanceof HTMLImageElement) || !picture.dataset.lost) return;
    picture.closest("figure").classList.add("lost");
    picture.alt = picture.dataset.lost;
  }, true);
  // "Which page says so" leads to a line: shown as soon as it and its picture are here.
  const wanted = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    if (!/^(row|medicine):\d+$/.test(name) || !byName("line", name)) return false;
    mark(name, true);
    return true;
  };
  document.addEventListener("load", (event) => {
    if (event.target instanceof HTMLImageElement && event.target.closest(".paper")) {
      const line = document.querySelector("[data-line][aria-current]");
      if (line) mark(line.dataset.line, false);
    }
  }, true);
  const watch = new MutationObserver(() => { if (wanted()) watch.disconnect(); });
  addEventListener("DOMContentLoaded", () => { if (location.hash && !wanted()) watch.observe(document.body, { childList: true, subtree: true }); });
})();
