// The workshop's forms: every pair of a form, faults beside their fields, tools that fit a search.
(() => {
  const K = window.kangban;
  K.pairs = (from) => [...new FormData(from.closest("form"))].filter(([, value]) => typeof value === "string");
  const field = (name) => document.querySelector(`[name="${CSS.escape(name)}"]`);
  const closest = (name) => {
    for (let part = name; part; part = part.includes(".") ? part.slice(0, part.lastIndexOf(".")) : "") {
      const place = document.querySelector(`[data-fault="${CSS.escape(part)}"]`);
      if (place) return [place, part];
    }
    return [document.querySelector("[data-fault='']"), ""];
  };
  K.faults = (faults) => {
    document.querySelectorAll("[data-fault]").forEach((one) => { one.textContent = ""; });
    document.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    for (const [name, words] of faults) {
      const [place, part] = closest(name);
      if (!place) { K.toast(words); continue; }
      place.textContent = words;
      for (let box = place.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
      const wrong = field(name) || field(part);
      wrong?.setAttribute("aria-invalid", "true");
      (wrong || place).scrollIntoView({ block: "center" });
      wrong?.focus({ preventScroll: true });
    }
  };
  K.later = (target, work) => { clearTimeout(target.later); target.later = setTimeout(work, 250); };
  // Rows of a picker that fit; null shows all of them. Ticks stay as they are.
  K.only = (names) => {
    const wanted = names && new Set(names);
    document.querySelectorAll("[data-tool]").forEach((row) => { row.hidden = Boolean(wanted) && !wanted.has(row.dataset.tool); });
    document.querySelectorAll("details[data-group]").forEach((box) => {
      const some = box.querySelector("[data-tool]:not([hidden])") !== null;
      box.hidden = !some;
      if (wanted) { box.dataset.was ||= box.open ? "open" : "shut"; box.open = some; }
      else if (box.dataset.was) { box.open = box.dataset.was === "open"; delete box.dataset.was; }
    });
    document.querySelectorAll("[data-nothing]").forEach((one) => { one.hidden = document.querySelector("[data-tool]:not([hidden])") !== null; });
  };
  // What belongs to one way of working only.
  const paradigm = () => {
    const told = document.querySelector("select[name=paradigm]")?.value;
    if (!told) return;
    document.querySelectorAll("[data-for]").forEach((one) => { one.hidden = !one.dataset.for.split(" ").includes(told); });
    document.querySelectorAll("[data-why]").forEach((one) => { one.hidden = one.dataset.why !== told; });
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("select[name=paradigm]")) paradigm();
    const form = event.target.closest?.("form[data-editor]");
    if (form) form.dataset.changed = "yes";
  });
  document.addEventListener("input", (event) => { const form = event.target.closest?.("form[data-editor]"); if (form) form.dataset.changed = "yes"; });
  new MutationObserver((_, watch) => { if (document.querySelector("select[name=paradigm]")) { paradigm(); watch.disconnect(); } }).observe(document, { childList: true, subtree: true });
  K.saved = () => document.querySelectorAll("form[data-editor]").forEach((form) => { delete form.dataset.changed; });
  addEventListener("beforeunload", (event) => { if (document.querySelector("form[data-editor][data-changed]")) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const hit = event.target.closest?.("[data-put]");
    if (!hit) return;
    const area = field(hit.dataset.put);
    if (!area) return;
    if (hit.dataset.whole) {
      for (const [name, value] of JSON.parse(hit.dataset.whole)) {
        const one = field(name);
        if (one?.type === "checkbox") one.checked = value === "true"; else if (one) one.value = value;
      }
      area.focus();
      return;
    }
    area.value = `${area.value.replace(/\s+$/, "")}${area.value.trim() ? "\n" : ""}${hit.dataset.value}`;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
})();
