// The messages of the conversation.

import { morph, parse, replaceFrom } from "/assets/morph.js";
import { preserveEnd } from "./autoscroll.js";
import * as code from "./code.js";

const thread = document.getElementById("thread");
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

// show replaces all messages.
export function show(html) {
  preserveEnd(() => morph(thread, parse(html)));
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
