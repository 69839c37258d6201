// The day page by keyboard: j and k move, x selects, Enter opens, / searches, ? explains. Everything works without it.
"use strict";

(function dayPage() {
  const OFF = "mingjing-keys-off";
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const rows = () => all("#queue [data-row]");
  const current = () => find("#queue [data-row][aria-current]");
  const side = () => find("#side");
  let openedFrom = null;

  const remembered = {
    get off() { try { return localStorage.getItem(OFF) === "yes"; } catch { return false; } },
    set off(value) { try { localStorage.setItem(OFF, value ? "yes" : ""); } catch { /* nothing is remembered */ } },
  };

  function isTyping(target) {
    if (!(target instanceof HTMLElement)) return false;
    if (target.isContentEditable || target.closest("dialog[open]")) return true;
    const box = target.closest("input, textarea, select");
    return Boolean(box) && box.type !== "checkbox";
  }

  function stand(row) {
    if (!row) return;
    all("#queue [data-row][aria-current]").forEach((each) => each.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    find("[data-open]", row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const found = rows();
    const here = found.indexOf(current());
    stand(found[here < 0 ? 0 : Math.min(Math.max(here + by, 0), found.length - 1)]);
  }

  function pick(row) {
    const box = row && find("input[name=case]", row);
    if (!box) return;
    box.checked = !box.checked;
    count();
  }

  function count() {
    const boxes = all("#bulk input[name=case]");
    const chosen = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest("[data-row]")?.classList.toggle("is-chosen", box.checked));
    const said = find("[data-chosen]");
    if (said) { said.hidden = false; said.textContent = `${chosen.length} / ${boxes.length}`; }
    const every = find("[data-pick-all]");
    if (every) { every.hidden = false; every.checked = boxes.length > 0 && chosen.length === boxes.length; }
  }

  function closeSide() {
    if (!side()?.childElementCount) return false;
    side().replaceChildren();
    document.body.classList.remove("has-side");
    (openedFrom?.isConnected ? openedFrom : find("#queue [data-open]"))?.focus();
    return true;
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    x: () => pick(current()),
    "/": () => find("#id_q")?.focus(),
    "?": () => find("#keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !find("dialog[open]") && closeSide()) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || remembered.off) return;
    if (!(event.key in KEYS) || isTyping(event.target)) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("#queue [data-row]");
    if (!row || row === current()) return;
    all("#queue [data-row][aria-current]").forEach((each) => each.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      all("#bulk [data-row] input[name=case]").forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("[data-keys-off]")) remembered.off = event.target.checked;
    if (event.target.closest("#bulk")) count();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) find("#keys").showModal();
    if (event.target.closest("[data-close-keys]")) find("#keys").close();
    if (event.target.closest("[data-close-side]")) closeSide();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches?.("[data-open]")) openedFrom = event.target;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "side") {
      document.body.classList.add("has-side");
      find("[data-side-title]")?.focus();
    }
    count();
  });

  document.addEventListener("DOMContentLoaded", () => {
    all("[data-help]").forEach((button) => { button.hidden = false; });
    const box = find("[data-keys-off]");
    if (box) box.checked = remembered.off;
    count();
  });
})();
