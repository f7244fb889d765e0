// Where the user writes: sending, stopping, and the draft that survives a reload.

import { announce } from "./announce.js";
import { parts, post } from "./api.js";
import { toLatest } from "./follow.js";

const draftDelay = 400; // ms without a key before the draft is saved

const form = document.getElementById("composer");
const text = document.getElementById("text");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const box = document.getElementById("trouble");

const aside = `draft of ${location.pathname}`; // what was typed just before a reload

let conversation = "";
let sending = false;
let busy = false; // an answer is being written
let pending; // timer of the draft
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
    fit();
    clearTimeout(pending);
    pending = setTimeout(saveDraft, draftDelay);
  });
  stop.addEventListener("click", halt);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || !busy) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return; // Escape closes those
    event.preventDefault();
    halt();
  });
  addEventListener("pagehide", () => {
    if (!pending) return;
    navigator.sendBeacon("/api/drafts", new Blob([draft()], { type: "application/json" }));
    sessionStorage.setItem(aside, text.value); // a reload may be quicker than that
  });
  text.value = sessionStorage.getItem(aside) ?? text.value;
  sessionStorage.removeItem(aside);
  fit();
  text.setSelectionRange(text.value.length, text.value.length);
}

// writing shows whether an answer is being written: then there is Stop, not Send.
export function writing(now) {
  if (busy === now) return;
  busy = now;
  const focused = document.activeElement === send || document.activeElement === stop;
  send.hidden = busy;
  stop.hidden = !busy;
  if (focused) text.focus();
}

// trouble shows a problem above the message; one that the page tells already is only
// brought into sight.
export function trouble(problem) {
  const told = [...document.querySelectorAll("#setup .what")].find((line) => line.textContent === problem.what);
  if (told) {
    told.parentElement.scrollIntoView({ block: "nearest" });
    announce([problem.what, problem.why, problem.now].filter(Boolean).join(" "));
    return;
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "small";
  close.textContent = "Dismiss";
  close.addEventListener("click", () => {
    box.hidden = true;
    text.focus();
  });
  box.replaceChildren(...parts(problem), close);
  box.hidden = false;
}

// attempt runs a request and shows its problem. It reports whether it succeeded.
export async function attempt(act) {
  box.hidden = true;
  try {
    await act();
    return true;
  } catch (problem) {
    if (!problem.what) throw problem;
    trouble(problem);
    return false;
  }
}

// keepDraft saves what was not saved yet.
export async function keepDraft() {
  if (pending) saveDraft();
  await saving;
}

const draft = () => JSON.stringify({ conversation, text: text.value });

function saveDraft() {
  clearTimeout(pending);
  pending = undefined;
  const body = draft();
  saving = saving.then(() => post("/api/drafts", JSON.parse(body))).catch((problem) => {
    if (problem.what) trouble({ ...problem, what: `${problem.what} What you type is not kept.` });
  });
}

async function submit() {
  const message = text.value;
  if (!message.trim() || sending || busy) return;
  sending = true;
  send.setAttribute("aria-disabled", "true");
  clearTimeout(pending);
  pending = undefined;
  await saving; // or it would bring the draft back
  text.value = ""; // what is typed from now on is the next message
  fit();
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
    toLatest();
  } else {
    text.value = [message, text.value].filter(Boolean).join("\n");
    fit();
  }
  text.focus();
}

function halt() {
  attempt(() => post(`/api/conversations/${conversation}/stop`));
}

// fit gives the text the height it needs where CSS cannot (field-sizing).
function fit() {
  if (CSS.supports("field-sizing", "content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}
