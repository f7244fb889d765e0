// The home page, kept true while it is open.
import "/dashboard/plain.js";
import { morph } from "/assets/morph.js";
import { show } from "/assets/time.js";
import { connect } from "/dashboard/connection.js";
import * as actions from "/dashboard/actions.js";
import * as logFolds from "/dashboard/log-folds.js";
import * as usage from "/dashboard/usage.js";

const live = document.getElementById("live");
const gone = document.getElementById("gone");
const announcer = document.getElementById("announcer");
let version = live.dataset.version; // of the program that made this page
let page = null; // the last one heard, while it is true

actions.listen();
live.addEventListener("settle", () => page && update(page));

const listenAnew = connect(() => `/api/events?${logFolds.wanted()}`, {
  page(next) {
    if (version && next.version && next.version !== version) return location.reload(); // this page is of another program
    version ||= next.version;
    page = next;
    update(next);
  },
  usage: usage.show,
  ...logFolds.heard,
}, {
  gone() {
    page = null;
    const asked = actions.askedOfSelf();
    const words = { stop: "gone-stopped", restart: "gone-restarting" }[asked] ?? "gone-unknown";
    gone.dataset.tone = asked ? "busy" : "bad";
    gone.replaceChildren(document.getElementById(words).content.cloneNode(true));
    gone.hidden = false;
    fade();
    if (asked === "restart") setTimeout(() => gone.hidden || this.gone(), 15_000); // too long for a restart
  },
  back() {
    gone.hidden = true; // and the page that comes with it undoes what fade did
  },
});
logFolds.listen(listenAnew);

// fade turns what is shown into what was last known: nothing claims to be true now,
// no clock runs, no button can be pressed. It stays readable.
function fade() {
  document.title = "Not connected – Configurable Agents";
  live.querySelector("h1").textContent = "Not connected";
  live.querySelector("#summary").textContent = "What follows was last known and may have changed.";
  for (const state of live.querySelectorAll(".state")) state.dataset.tone = "idle";
  for (const time of live.querySelectorAll("[data-time=for]")) time.removeAttribute("data-time");
  for (const button of live.querySelectorAll("[data-action]")) button.setAttribute("aria-disabled", "true");
  usage.show({});
  logFolds.silence("The log cannot be read while the Dashboard is silent.");
}

// update shows a page in place and says aloud which services changed.
function update({ title, html }) {
  const before = words();
  morph(live, new DOMParser().parseFromString(html, "text/html").body);
  for (const time of live.querySelectorAll("time[data-time]")) show(time);
  document.title = `${title} – Configurable Agents`;
  const changed = [...words()].filter(([name, word]) => before.has(name) && before.get(name) !== word);
  if (changed.length) announcer.textContent = changed.map(([name, word]) => `${name}: ${word}`).join(". ");
}

const words = () =>
  new Map([...live.querySelectorAll("[data-service]")].map(({ dataset }) => [dataset.title, dataset.word]));
