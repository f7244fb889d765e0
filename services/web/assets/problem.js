// Problems on a page: what happened, why, what to do now, and the technical detail. The
// template "parts" of package web makes the same elements.

import { say } from "./words.js";

// text is a problem in one line, without the detail.
export const text = (problem) => parts(problem).map(([, words]) => words).join(" ");

// elements shows a problem.
export function elements(problem) {
  const shown = parts(problem).map(([part, words]) => element("p", part, words));
  if (problem.detail) {
    const fold = element("details", "fold");
    const block = element("div", "copied");
    block.append(element("pre", "", problem.detail), button(say("Copy"), { copy: "detail" }));
    fold.append(element("summary", "", say("Technical detail")), block);
    shown.push(fold);
  }
  return shown;
}

// show fills a box with a problem and a button that hides it; onDismiss is called then.
export function show(box, problem, onDismiss) {
  const dismiss = button(say("Dismiss"));
  dismiss.addEventListener("click", () => {
    box.hidden = true;
    onDismiss();
  });
  box.replaceChildren(...elements(problem), dismiss);
  box.hidden = false;
}

const parts = (problem) => ["what", "why", "now"].map((part) => [part, problem[part]]).filter(([, words]) => words);

function button(label, data = {}) {
  const made = element("button", "small", label);
  made.type = "button";
  Object.assign(made.dataset, data);
  return made;
}

function element(name, className, words) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (words) made.textContent = words;
  return made;
}
