// Looks for a model server while there is none: at once, when the user returns to the
// page, and at the press of a button.

import { morph, parse } from "/assets/morph.js";
import * as problems from "/assets/problem.js";
import { post } from "/assets/request.js";

const section = document.getElementById("setup");
let looking = false;

export function start() {
  if (!section) return;
  document.addEventListener("visibilitychange", () => !document.hidden && look());
  addEventListener("focus", look);
  section.addEventListener("click", (event) => event.target.closest("[data-look]") && look());
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
