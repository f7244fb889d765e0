// The logs under the services: followed while they are open and the page is in sight.
import { LogView } from "/dashboard/log-view.js";

const steps = [50, 200, 1000];
const views = new WeakMap(); // fold → { view, step }

// listen calls changed when other logs are wanted than before.
export function listen(changed) {
  // toggle does not bubble, so it is caught on the way down.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-log]")) changed();
  }, true);
  document.addEventListener("click", (event) => {
    const more = event.target.closest("[data-more]");
    if (!more || more.getAttribute("aria-disabled") === "true") return;
    state(more.closest("[data-log]")).step++;
    changed();
  });
}

const open = () => [...document.querySelectorAll("[data-log][open]")];
const serviceOf = (fold) => fold.closest("[data-service]").dataset.service;

// wanted are the open logs as a query.
export const wanted = () =>
  new URLSearchParams(open().map((fold) => ["log", `${serviceOf(fold)}:${steps[state(fold).step]}`]));

// heard are the events of the logs.
export const heard = {
  tail({ service, lines }) {
    for (const fold of foldsOf(service)) {
      const { view, step } = state(fold);
      view.most = steps[step];
      view.update(lines);
      const all = lines.length < steps[step] || step === steps.length - 1;
      const more = fold.querySelector("[data-more]");
      if (all) more.setAttribute("aria-disabled", "true");
      else more.removeAttribute("aria-disabled");
      note(fold, lines.length ? "" : "Nothing was printed yet.");
    }
  },
  lines({ service, lines }) {
    for (const fold of foldsOf(service)) {
      state(fold).view.add(lines);
      note(fold, "");
    }
  },
  silent({ service, why }) {
    for (const fold of foldsOf(service)) note(fold, why);
  },
};

// silence says in all open logs why they stand still.
export function silence(why) {
  for (const fold of open()) note(fold, why);
}

const foldsOf = (service) => open().filter((fold) => serviceOf(fold) === service);
const note = (fold, words) => (fold.querySelector("[data-log-note]").textContent = words);

function state(fold) {
  if (!views.has(fold)) views.set(fold, { view: new LogView(fold.querySelector(".log"), steps[0]), step: 0 });
  return views.get(fold);
}
