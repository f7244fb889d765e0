// The message that the user writes: sending, stopping, and its draft, which is kept across
// a reload.

import { announce } from "/assets/announce.js";
import * as problems from "/assets/problem.js";
import { post } from "/assets/request.js";
import { scrollToEnd } from "./autoscroll.js";

const draftDelay = 400; // ms without a key before the draft is saved

const form = document.getElementById("composer");
const text = document.getElementById("text");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const box = document.getElementById("trouble");

const unsentKey = `draft of ${location.pathname}`; // in sessionStorage: what was typed just before a reload

let conversation = "";
let sending = false;
let busy = false; // an answer is being written
let draftTimer;
let saving = Promise.resolve(); // the request that saves it

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
    clearTimeout(draftTimer);
    draftTimer = setTimeout(saveDraft, draftDelay);
  });
  stop.addEventListener("click", stopAnswer);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || !busy) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return; // Escape closes those
    event.preventDefault();
    stopAnswer();
  });
  addEventListener("pagehide", () => {
    if (!draftTimer) return;
    navigator.sendBeacon("/api/drafts", new Blob([draft()], { type: "application/json" }));
    sessionStorage.setItem(unsentKey, text.value); // a reload may come before the beacon
  });
  text.value = sessionStorage.getItem(unsentKey) ?? text.value;
  sessionStorage.removeItem(unsentKey);
  fitHeight();
  text.setSelectionRange(text.value.length, text.value.length);
}

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
export async function attempt(send) {
  box.hidden = true;
  try {
    await send();
    return true;
  } catch (problem) {
    if (!problem.what) throw problem;
    showProblem(problem);
    return false;
  }
}

// flushDraft saves what is not saved yet.
export async function flushDraft() {
  if (draftTimer) saveDraft();
  await saving;
}

const draft = () => JSON.stringify({ conversation, text: text.value });

function saveDraft() {
  clearTimeout(draftTimer);
  draftTimer = undefined;
  const body = draft();
  saving = saving.then(() => post("/api/drafts", JSON.parse(body))).catch((problem) => {
    if (problem.what) showProblem({ ...problem, what: `${problem.what} What you type is not kept.` });
  });
}

async function submit() {
  const message = text.value;
  if (!message.trim() || sending || busy) return;
  sending = true;
  send.setAttribute("aria-disabled", "true");
  clearTimeout(draftTimer);
  draftTimer = undefined;
  await saving; // a later save would bring the draft back
  text.value = ""; // what is typed from now on is the next message
  fitHeight();
  const sent = await attempt(async () => {
    if (conversation) {
      await post(`/api/conversations/${conversation}/messages`, { text: message });
    } else {
      const { id } = await post("/api/conversations", { text: message });
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
  }
  text.focus();
}

function stopAnswer() {
  attempt(() => post(`/api/conversations/${conversation}/stop`));
}

// fitHeight gives the text the height it needs in browsers without field-sizing.
function fitHeight() {
  if (CSS.supports("field-sizing", "content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}
