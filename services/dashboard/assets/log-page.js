// The page of one log: followed while visible, filtered by the service as the user types.
import "/assets/static-page.js";
import { connect } from "/assets/events.js";
import { morph } from "/assets/morph.js";
import * as problems from "/assets/problem.js";
import { request } from "/assets/request.js";
import { updateAll } from "/assets/time.js";
import { say } from "/assets/words.js";
import * as actions from "./actions.js";
import { LogList } from "./log-list.js";

const typingTime = 150; // ms without a key after which the filter takes effect
const retryTime = 1000; // ms until lines that could not be loaded are asked for again

const $ = (id) => document.getElementById(id);
const [live, log, filter, regexp, errors, wrap, count, gone, fault, pause] =
  ["live", "log", "filter", "regexp", "errors", "wrap", "count", "gone", "fault", "pause"].map($);
const service = encodeURIComponent(log.dataset.service);
const list = new LogList(log, loadMore, showCount);
let followed = ""; // the position behind what the service has sent
let missed = 0; // lines that were printed and are not shown: paused, or scrolled far up
let reconnect; // once the first lines are there
let latest = 0; // number of the newest request for a first page

const paused = () => pause.getAttribute("aria-pressed") === "true";

function parameters() {
  const chosen = new URLSearchParams();
  if (filter.value) chosen.set("match", filter.value);
  if (filter.value && regexp.checked) chosen.set("regexp", "1");
  if (errors.checked) chosen.set("stream", "err");
  return chosen;
}

const address = (what, more) => `/api/services/${service}/${what}?${new URLSearchParams([...parameters(), ...Object.entries(more)])}`;

// load returns lines, or null if there is a problem, which it shows.
async function load(where) {
  try {
    const page = await request("GET", address("lines", where));
    fault.hidden = true;
    return page;
  } catch (problem) {
    if (!problem.what) throw problem;
    fault.replaceChildren(...problems.elements(problem));
    fault.hidden = false;
    return null;
  }
}

// loadMore is load; when it reaches the end of the log, that is followed from there.
async function loadMore(where) {
  const page = await load(where);
  if (page?.end && !paused()) {
    followed = page.last;
    missed = 0;
    reconnect?.();
  }
  return page;
}

// restart shows the log anew, from its end or its beginning, and follows it.
async function restart({ toEnd = true } = {}) {
  const number = ++latest;
  const page = await load(toEnd ? {} : { after: "" });
  if (number !== latest) return;
  if (!page) {
    if (!reconnect) setTimeout(restart, retryTime);
    return;
  }
  missed = 0;
  list.reset(page, toEnd);
  if (page.end) followed = page.last;
  $("download").href = `/services/${service}/log.txt?${parameters()}`;
  follow();
}

function follow() {
  if (reconnect) return reconnect();
  reconnect = connect(() => address("follow", { after: followed }), {
    page({ html }) {
      gone.hidden = true;
      morph(live, new DOMParser().parseFromString(html, "text/html").body);
      updateAll(live);
    },
    lines({ lines, last }) {
      followed = last;
      if (!paused() && list.end) return list.follow(lines, last);
      missed += lines.length;
      showCount();
    },
    silent: showGone,
  }, {
    lost: () => showGone({
      what: say("The Dashboard does not answer any more."),
      now: say("What is shown was read before. This page goes on by itself as soon as the Dashboard answers."),
    }),
    back: () => (gone.hidden = true),
  });
}

// showGone shows why there are no new lines. What is shown already is left alone, so that
// no screen reader repeats it.
function showGone(problem) {
  const text = problems.text(problem);
  if (!gone.hidden && gone.dataset.text === text) return;
  gone.dataset.text = text;
  gone.replaceChildren(...problems.elements(problem));
  gone.hidden = false;
}

function showCount() {
  const filtered = filter.value || errors.checked;
  const lines = list.count === 1 ? say("1 line") : say("{n} lines", { n: list.count });
  let words = list.start && list.end ? lines : say("{lines} of more", { lines });
  if (list.count === 0) words = filtered ? say("No line is like that") : say("Nothing was printed yet");
  if (missed) words += say(", {n} new", { n: missed });
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
  const stay = list.atEnd;
  log.classList.toggle("wrap", wrap.checked);
  if (stay) list.scrollToEnd();
  try {
    localStorage.setItem("wrap-log", wrap.checked);
  } catch {} // without storage the choice is for this page only
});

let typing;
filter.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(restart, typingTime);
});
for (const box of [regexp, errors]) box.addEventListener("change", () => restart());
$("tools").addEventListener("submit", (event) => event.preventDefault());

pause.addEventListener("click", () => {
  const resumes = paused();
  pause.setAttribute("aria-pressed", String(!resumes));
  pause.textContent = resumes ? say("Pause") : say("Resume");
  if (resumes) restart();
});
$("to-start").addEventListener("click", () => restart({ toEnd: false }));
$("to-end").addEventListener("click", () => (list.end && !missed ? list.scrollToEnd() : restart()));

actions.start();
restart();
