// The page of one log: followed while open, filtered as the user types.
import "/dashboard/plain.js";
import { connect } from "/dashboard/connection.js";
import { LogView } from "/dashboard/log-view.js";

const log = document.getElementById("log");
const filter = document.getElementById("filter");
const wrap = document.getElementById("wrap");
const count = document.getElementById("count");
const gone = document.getElementById("gone");
const view = new LogView(log, Number(log.dataset.lines), tell);

function say(...lines) {
  const text = lines.join("\n");
  if (!gone.hidden && gone.dataset.text === text) return; // said already
  gone.dataset.text = text;
  gone.replaceChildren(...lines.map((line, i) => {
    const p = document.createElement("p");
    if (i === 0) p.className = "what";
    p.textContent = line;
    return p;
  }));
  gone.hidden = false;
}

function tell() {
  const wanted = filter.value.toLowerCase();
  const left = view.filter((text) => text.toLowerCase().includes(wanted));
  const all = log.children.length;
  const words = !all ? "Nothing was printed yet" : wanted ? `${left} of ${all} lines` : all === 1 ? "1 line" : `${all} lines`;
  if (count.textContent !== words) count.textContent = words;
}

// remembered keeps the choice to wrap for the next log; on a phone lines wrap from the start.
function remembered() {
  try {
    return JSON.parse(localStorage.getItem("wrap-log")) ?? innerWidth < 640;
  } catch {
    return innerWidth < 640;
  }
}

wrap.checked = remembered();
log.classList.toggle("wrap", wrap.checked);
wrap.addEventListener("change", () => {
  const follow = view.atEnd;
  log.classList.toggle("wrap", wrap.checked);
  if (follow) view.toEnd();
  try {
    localStorage.setItem("wrap-log", wrap.checked);
  } catch {} // a browser that keeps nothing still wraps
});
filter.addEventListener("input", () => {
  tell();
  view.toEnd();
});
document.getElementById("to-end").addEventListener("click", () => view.toEnd());

view.toEnd();
tell();
connect(() => `/api/logs?${new URLSearchParams({ log: `${log.dataset.service}:${log.dataset.lines}` })}`, {
  tail({ lines }) {
    gone.hidden = true;
    view.update(lines);
  },
  lines: ({ lines }) => view.add(lines),
  silent: ({ why }) => say("The log cannot be read now.", why),
}, {
  gone: () => say("The Dashboard does not answer any more.",
    "What is shown was read before. This page goes on by itself as soon as the Dashboard answers."),
  back() {
    gone.hidden = true;
  },
});
