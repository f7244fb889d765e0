// The home page: updated in place while it is open.
import "/assets/static-page.js";
import { announce } from "/assets/announce.js";
import { connect } from "/assets/events.js";
import { morph } from "/assets/morph.js";
import { updateAll } from "/assets/time.js";
import { say } from "/assets/words.js";
import * as actions from "./actions.js";
import * as computer from "./computer.js";
import * as usage from "./usage.js";

// what the tab is called beside the state: see layout.html
const own = document.title.slice(document.title.lastIndexOf(" – ") + 3);
const restartTime = 15_000; // ms after which a restart is no longer the reason for silence

const live = document.getElementById("live");
const gone = document.getElementById("gone");
let version = live.dataset.version; // of the program that made this page
let page = null; // the last one received; null while the connection is lost

actions.start();
live.addEventListener("settle", () => page && update(page));

connect(() => "/api/events", {
  page(next) {
    if (version && next.version && next.version !== version) return location.reload(); // scripts and page belong together
    version ||= next.version;
    page = next;
    update(next);
  },
  figures({ html }) {
    morph(document.getElementById("platform"), new DOMParser().parseFromString(html, "text/html").body);
    computer.show();
  },
  usage(next) {
    usage.take(next);
    computer.take(next);
  },
}, {
  lost,
  back: () => (gone.hidden = true), // the event that follows undoes markStale
});

function lost() {
  page = null;
  const action = actions.recentOwnAction();
  const words = { stop: "gone-stopped", restart: "gone-restarting" }[action] ?? "gone-unknown";
  gone.dataset.tone = action ? "busy" : "bad";
  gone.replaceChildren(document.getElementById(words).content.cloneNode(true));
  gone.hidden = false;
  markStale();
  if (action === "restart") setTimeout(() => gone.hidden || lost(), restartTime);
}

// markStale marks what is shown as last known: no state colours, clocks or enabled
// buttons.
function markStale() {
  document.title = `${say("Not connected")} – ${own}`;
  live.querySelector("h1").textContent = say("Not connected");
  live.querySelector("#summary").textContent = say("What follows was last known and may have changed.");
  for (const state of live.querySelectorAll(".state")) state.dataset.tone = "idle";
  for (const time of live.querySelectorAll("[data-time=for]")) time.removeAttribute("data-time");
  for (const button of live.querySelectorAll("[data-action]")) button.setAttribute("aria-disabled", "true");
  usage.forget();
}

// update shows a page in place and announces which services changed their state.
function update({ title, html }) {
  const before = stateWords();
  morph(live, new DOMParser().parseFromString(html, "text/html").body);
  updateAll(live);
  usage.show();
  document.title = `${title} – ${own}`;
  const changed = [...stateWords()].filter(([name, word]) => before.has(name) && before.get(name) !== word);
  if (changed.length) announce(changed.map(([name, word]) => `${name}: ${word}`).join(". "));
}

const stateWords = () =>
  new Map([...live.querySelectorAll("[data-service]")].map(({ dataset }) => [dataset.title, dataset.word]));
