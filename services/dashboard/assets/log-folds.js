// The logs under the services: read while they are open and in sight.
import { LogView, load } from "/dashboard/log-view.js";

const every = 2000;
const steps = [50, 200, 1000];
const views = new WeakMap(); // fold → { view, step, busy }

export function listen() {
  // toggle does not bubble, so it is caught on the way down.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-log]") && event.target.open) refresh(event.target);
  }, true);
  document.addEventListener("click", (event) => {
    const more = event.target.closest("[data-more]");
    if (more) grow(more.closest("[data-log]"), more);
  });
  setInterval(() => {
    if (document.hidden) return;
    for (const fold of document.querySelectorAll("[data-log][open]")) refresh(fold);
  }, every);
}

function state(fold) {
  if (!views.has(fold)) views.set(fold, { view: new LogView(fold.querySelector(".log")), step: 0, busy: false });
  return views.get(fold);
}

async function refresh(fold) {
  const s = state(fold);
  if (s.busy) return;
  s.busy = true;
  const note = fold.querySelector("[data-log-note]");
  try {
    const { lines } = await load(fold.closest("[data-service]").dataset.service, steps[s.step]);
    s.view.update(lines);
    note.textContent = lines.length ? "" : "Nothing was printed yet.";
    settle(fold, s, lines.length);
  } catch (error) {
    note.textContent = error instanceof TypeError ? "The log cannot be read while the Dashboard is silent." : error.message;
  } finally {
    s.busy = false;
  }
}

function grow(fold, button) {
  const s = state(fold);
  if (button.getAttribute("aria-disabled") === "true") return;
  s.step = Math.min(s.step + 1, steps.length - 1);
  refresh(fold);
}

// settle tells whether there is more to show.
function settle(fold, s, length) {
  const none = length < steps[s.step] || s.step === steps.length - 1;
  fold.querySelector("[data-more]").toggleAttribute("aria-disabled", false);
  if (none) fold.querySelector("[data-more]").setAttribute("aria-disabled", "true");
}
