// Looks for a model server while there is none: at once, when the user returns to the
// page, and at the press of a button.

import { morph, parse } from "/assets/morph.js";
import * as problems from "/assets/problem.js";
import { post } from "/assets/request.js";
import * as server from "./server.js";

const section = document.getElementById("setup");
let looking = false;

export function start() {
  if (!section) return;
  document.addEventListener("visibilitychange", () => !document.hidden && look());
  addEventListener("focus", look);
  section.addEventListener("click", (event) => {
    if (event.target.closest("[data-look]")) look();
    const button = event.target.closest("[data-start-server]");
    if (button && button.getAttribute("aria-disabled") !== "true") startServer(button);
  });
  look();
}

async function startServer(button) {
  const box = section.querySelector(".refusal");
  box.hidden = true;
  looking = true; // a look would put another button in the place of this one
  try {
    await server.start(button);
  } catch (problem) {
    if (!problem.what) throw problem;
    problems.show(box, problem, () => button.focus());
    return;
  } finally {
    looking = false;
  }
  look();
}

async function look() {
  if (looking || !("looking" in section.dataset)) return;
  looking = true;
  section.setAttribute("aria-busy", "true");
  try {
    const { ready, label, model, server, html } = await post("/api/setup");
    morph(section, parse(html));
    document.getElementById("server").firstElementChild.textContent = label;
    Object.assign(document.body.dataset, { model, server });
    if (ready) delete section.dataset.looking;
  } catch (problem) {
    if (!problem.what) throw problem;
    const words = document.createElement("p");
    words.textContent = problems.text(problem);
    section.replaceChildren(words);
  } finally {
    looking = false;
    section.removeAttribute("aria-busy");
  }
}
