// The page of one log: followed while visible, filtered as the user types.
import "/assets/static-page.js";
import { connect } from "/assets/events.js";
import * as problems from "/assets/problem.js";
import { LogView } from "./log-view.js";

const log = document.getElementById("log");
const filter = document.getElementById("filter");
const wrap = document.getElementById("wrap");
const count = document.getElementById("count");
const gone = document.getElementById("gone");
const view = new LogView(log, Number(log.dataset.lines), updateCount);

// showProblem shows why there are no new lines. One that is shown already is left alone,
// so that no screen reader repeats it.
function showProblem(problem) {
  const text = problems.text(problem);
  if (!gone.hidden && gone.dataset.text === text) return;
  gone.dataset.text = text;
  gone.replaceChildren(...problems.elements(problem));
  gone.hidden = false;
}

function updateCount() {
  const wanted = filter.value.toLowerCase();
  const left = view.filter((text) => text.toLowerCase().includes(wanted));
  const all = log.children.length;
  const words = !all ? "Nothing was printed yet" : wanted ? `${left} of ${all} lines` : all === 1 ? "1 line" : `${all} lines`;
  if (count.textContent !== words) count.textContent = words;
}

// wrapsLines is the choice made for an earlier log; without one, narrow windows wrap.
function wrapsLines() {
  try {
    return JSON.parse(localStorage.getItem("wrap-log")) ?? innerWidth < 640;
  } catch {
    return innerWidth < 640;
  }
}

wrap.checked = wrapsLines();
log.classList.toggle("wrap", wrap.checked);
wrap.addEventListener("change", () => {
  const follow = view.atEnd;
  log.classList.toggle("wrap", wrap.checked);
  if (follow) view.toEnd();
  try {
    localStorage.setItem("wrap-log", wrap.checked);
  } catch {} // without storage the choice is for this page only
});
filter.addEventListener("input", () => {
  updateCount();
  view.toEnd();
});
document.getElementById("to-end").addEventListener("click", () => view.toEnd());

view.toEnd();
updateCount();
connect(() => `/api/logs?${new URLSearchParams({ log: `${log.dataset.service}:${log.dataset.lines}` })}`, {
  tail({ lines }) {
    gone.hidden = true;
    view.update(lines);
  },
  lines: ({ lines }) => view.add(lines),
  silent: showProblem,
}, {
  lost: () => showProblem({
    what: "The Dashboard does not answer any more.",
    now: "What is shown was read before. This page goes on by itself as soon as the Dashboard answers.",
  }),
  back: () => (gone.hidden = true),
});
