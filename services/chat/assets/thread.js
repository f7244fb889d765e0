// The messages of the conversation.

import { morph, parse, replaceFrom } from "/assets/morph.js";
import { preserveEnd } from "./autoscroll.js";
import * as code from "./code.js";

const thread = document.getElementById("thread");
const scroll = document.getElementById("scroll");
const last = () => thread.querySelector(".message:last-of-type");

// isWriting reports whether an answer is being written.
export const isWriting = () => last()?.dataset.state === "writing";

// outcome describes how the last answer ended.
export function outcome() {
  return {
    complete: "The answer is complete.",
    cut: "The answer was cut.",
    stopped: "The answer was stopped.",
    failed: "The answer failed.",
  }[last()?.dataset.state] ?? "The answer ended.";
}

let shown = ""; // how many messages to show

// length is how many messages the page shall show, for the event stream.
export const length = () => shown;

// start has earlier messages shown when the beginning of those on the page is reached.
export function start(reconnect) {
  const more = () => {
    const button = document.getElementById("earlier");
    if (!button || button.dataset.shown === shown) return;
    shown = button.dataset.shown;
    reconnect();
  };
  thread.addEventListener("click", (event) => event.target.id === "earlier" && more());
  scroll.addEventListener("scroll", () => scroll.scrollTop < 400 && more(), { passive: true });
}

// show replaces all messages. Where earlier ones come, what is in view stays there.
export function show(html) {
  const below = scroll.scrollHeight - scroll.scrollTop;
  const first = thread.querySelector(".message")?.id;
  preserveEnd(() => morph(thread, parse(html)));
  if (first && thread.querySelector(".message")?.id !== first && document.getElementById(first)) scroll.scrollTop = scroll.scrollHeight - below;
  code.color(thread);
}

// grow extends the answer being written.
export function grow({ message, thinking, text, workflows }) {
  const article = document.getElementById(`m-${message}`);
  if (!article) return;
  preserveEnd(() => {
    replaceFrom(article.querySelector(".thought"), thinking.keep, parse(thinking.html));
    replaceFrom(article.querySelector(".text"), text.keep, parse(text.html));
    if (workflows !== undefined) morph(article.querySelector(".workflows"), parse(workflows));
  });
  code.color(article);
}
