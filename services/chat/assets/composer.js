// The message that the user writes: sending and stopping.

import { announce } from "/assets/announce.js";
import * as problems from "/assets/problem.js";
import * as requests from "/assets/request.js";
import { scrollToEnd } from "./autoscroll.js";
import * as drafts from "./drafts.js";
import * as options from "./options.js";

const form = document.getElementById("composer");
const text = document.getElementById("text");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const box = document.getElementById("trouble");

let conversation = "";
let sending = false;
let busy = false; // an answer is being written

export const flushDraft = drafts.flush;

export function start(here) {
  conversation = here;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  text.addEventListener("input", () => {
    fitHeight();
    drafts.changed();
  });
  stop.addEventListener("click", stopAnswer);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || !busy) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return; // Escape closes those
    event.preventDefault();
    stopAnswer();
  });
  drafts.start(text, (problem) => {
    if (problem.what) showProblem({ ...problem, what: `${problem.what} What you type is not kept.` });
  });
  fitHeight();
  text.setSelectionRange(text.value.length, text.value.length);
}

// write puts a text into the message, below what is there.
export function write(words) {
  text.value = [text.value, words].filter(Boolean).join("\n\n");
  text.dispatchEvent(new Event("input"));
  text.focus();
}

export const focus = () => text.focus();

// setBusy shows the button Stop while an answer is being written, else Send.
export function setBusy(now) {
  if (busy === now) return;
  busy = now;
  const focused = document.activeElement === send || document.activeElement === stop;
  send.hidden = busy;
  stop.hidden = !busy;
  if (focused) text.focus();
}

// showProblem shows a problem above the message. One that the page shows already is
// scrolled into view and announced instead.
export function showProblem(problem) {
  const shown = [...document.querySelectorAll("#setup .what")].find((line) => line.textContent === problem.what);
  if (shown) {
    shown.parentElement.scrollIntoView({ block: "nearest" });
    announce(problems.text(problem));
    return;
  }
  problems.show(box, problem, () => text.focus());
}

// attempt makes a request and shows its problem. It reports whether it succeeded.
export function attempt(send) {
  box.hidden = true;
  return requests.attempt(send, showProblem);
}

async function submit() {
  const message = text.value;
  if (!message.trim() || sending || busy) return;
  sending = true;
  send.setAttribute("aria-disabled", "true");
  await drafts.forget();
  text.value = ""; // what is typed from now on is the next message
  fitHeight();
  const sent = await attempt(async () => {
    if (conversation) {
      await requests.post(`/api/conversations/${conversation}/messages`, { text: message, tab: drafts.name() });
    } else {
      const { id } = await requests.post("/api/conversations", { ...options.current(), text: message, tab: drafts.name() });
      options.begun();
      location.assign(`/c/${id}`);
    }
  });
  sending = false;
  send.removeAttribute("aria-disabled");
  if (sent) {
    scrollToEnd();
  } else {
    text.value = [message, text.value].filter(Boolean).join("\n");
    fitHeight();
    drafts.changed();
  }
  text.focus();
}

function stopAnswer() {
  attempt(() => requests.post(`/api/conversations/${conversation}/stop`));
}

// fitHeight gives the text the height it needs in browsers without field-sizing.
function fitHeight() {
  if (CSS.supports("field-sizing", "content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}
