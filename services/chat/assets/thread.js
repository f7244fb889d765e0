// The messages of the conversation.

import { morph, parse, tail } from "/assets/morph.js";
import { stay } from "./follow.js";

const thread = document.getElementById("thread");
const last = () => thread.querySelector(".message:last-of-type");

// writing reports whether an answer is being written.
export const writing = () => last()?.dataset.state === "writing";

// outcome says how the last answer ended.
export function outcome() {
  return {
    complete: "The answer is complete.",
    cut: "The answer was cut.",
    stopped: "The answer was stopped.",
    failed: "The answer failed.",
  }[last()?.dataset.state] ?? "The answer ended.";
}

// show shows all messages as they are now.
export function show(html) {
  stay(() => morph(thread, parse(html)));
}

// grow shows what was added to the answer being written.
export function grow({ message, thinking, text }) {
  const article = document.getElementById(`m-${message}`);
  if (!article) return;
  stay(() => {
    tail(article.querySelector(".thought"), thinking.keep, parse(thinking.html));
    tail(article.querySelector(".text"), text.keep, parse(text.html));
  });
}
