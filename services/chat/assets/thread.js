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
let rest = {}; // HTML of the answer being written, after the blocks that stay

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
  rest = {};
  preserveEnd(() => morph(thread, parse(html)));
  if (first && thread.querySelector(".message")?.id !== first && document.getElementById(first)) scroll.scrollTop = scroll.scrollHeight - below;
  code.color(thread);
}

// grow extends the answer being written. Of a text, the first keep blocks stay; the HTML after
// them is the first same characters of what it was, and html.
export function grow({ message, thinking, text, workflows }) {
  const article = document.getElementById(`m-${message}`);
  if (!article) return;
  const change = (part, { keep, same, html }) => {
    rest[part] = (rest[part] ?? "").slice(0, same) + html;
    replaceFrom(article.querySelector(`.${part}`), keep, parse(rest[part]));
  };
  preserveEnd(() => {
    change("thought", thinking);
    change("text", text);
    if (workflows !== undefined) morph(article.querySelector(".workflows"), parse(workflows));
  });
  code.color(article);
}
