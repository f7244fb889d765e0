// The logs under the services: each is followed while its panel is open and the page is
// visible.
import * as problems from "/assets/problem.js";
import { LogView } from "./log-view.js";

const steps = [50, 200, 1000]; // lines shown, after each "Show more"
const most = 16; // logs that the service follows for one page
const states = new WeakMap(); // panel → { view, step }

// start calls queryChanged when query() has changed.
export function start(queryChanged) {
  // toggle does not bubble, so it is captured.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-log]")) queryChanged();
  }, true);
  document.addEventListener("click", (event) => {
    const more = event.target.closest("[data-more]");
    if (!more || more.getAttribute("aria-disabled") === "true") return;
    state(more.closest("[data-log]")).step++;
    queryChanged();
  });
}

const open = () => [...document.querySelectorAll("[data-log][open]")];
const serviceOf = (panel) => panel.closest("[data-service]").dataset.service;

// query names the open logs, as /api/events takes them.
export const query = () =>
  new URLSearchParams(open().slice(0, most).map((panel) => ["log", `${serviceOf(panel)}:${steps[state(panel).step]}`]));

// handlers are those of the logs' events.
export const handlers = {
  tail({ service, lines }) {
    for (const panel of panelsOf(service)) {
      const { view, step } = state(panel);
      view.most = steps[step];
      view.update(lines);
      const all = lines.length < steps[step] || step === steps.length - 1;
      const more = panel.querySelector("[data-more]");
      if (all) more.setAttribute("aria-disabled", "true");
      else more.removeAttribute("aria-disabled");
      note(panel, lines.length ? "" : "Nothing was printed yet.");
    }
  },
  lines({ service, lines }) {
    for (const panel of panelsOf(service)) {
      state(panel).view.add(lines);
      note(panel, "");
    }
  },
  silent({ service, ...problem }) {
    for (const panel of panelsOf(service)) note(panel, problems.text(problem));
  },
};

// noteAll shows a note under all open logs.
export function noteAll(words) {
  for (const panel of open()) note(panel, words);
}

const panelsOf = (service) => open().filter((panel) => serviceOf(panel) === service);
const note = (panel, words) => (panel.querySelector("[data-log-note]").textContent = words);

function state(panel) {
  if (!states.has(panel)) states.set(panel, { view: new LogView(panel.querySelector(".log"), steps[0]), step: 0 });
  return states.get(panel);
}
