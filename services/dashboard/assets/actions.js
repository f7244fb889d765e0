// The buttons of the services. Each sends one request; one that is refused is shown with
// its reason beside the button.

import * as problems from "/assets/problem.js";
import { post, unreachable } from "/assets/request.js";

const settleTime = 5000; // ms after which a request that changed nothing frees its button
const actionMemory = 15_000; // ms for which an action explains why the Dashboard does not answer
let ownAction = { action: null, at: 0 }; // the last one on the Dashboard itself

// recentOwnAction is "stop", "restart" or null: why the Dashboard may not answer now.
export const recentOwnAction = () => (Date.now() - ownAction.at < actionMemory ? ownAction.action : null);

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-start-all]");
    if (isEnabled(button)) attempt(button.closest("section"), button, "/api/start");
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-take]");
    if (!isEnabled(button)) return;
    ownAction = { action: "restart", at: Date.now() }; // this page may be elsewhere afterwards
    const taken = await attempt(button.closest("section"), button, `/api/offers/${encodeURIComponent(button.dataset.take)}`);
    if (!taken) ownAction.action = null;
    else if (taken.page && new URL(taken.page).origin !== location.origin) location.assign(taken.page);
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-action]");
    if (!isEnabled(button)) return;
    const card = button.closest("[data-service]");
    const { action, port } = button.dataset;
    const isSelf = "self" in card.dataset;
    if (isSelf && action === "stop" && !(await confirmStop())) return;
    if (isSelf) ownAction = { action, at: Date.now() };
    const path = `/api/services/${encodeURIComponent(card.dataset.service)}/${[action, port].filter(Boolean).join("/")}`;
    if (await attempt(card, button, path, isSelf)) {
      setTimeout(() => card.dispatchEvent(new CustomEvent("settle", { bubbles: true })), settleTime);
    } else if (isSelf) {
      ownAction.action = null;
    }
  });
}

export const isEnabled = (button) => button && button.getAttribute("aria-disabled") !== "true";

function confirmStop() {
  const dialog = document.getElementById("stop-self");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "stop"), { once: true }),
  );
}

// attempt sends the request of a button. The button stays disabled until an update of the
// page replaces its state; a request that fails enables it, and section shows the problem.
// With mayEnd the request may stop the Dashboard, so that no answer is no failure. It
// returns the answer, or false if the request did not succeed.
export async function attempt(section, button, path, mayEnd = false) {
  const box = section.querySelector(".refusal");
  button.setAttribute("aria-disabled", "true");
  box.hidden = true;
  try {
    return (await post(path)) || true;
  } catch (problem) {
    if (!problem.what) throw problem;
    if (mayEnd && problem === unreachable) return true;
    button.removeAttribute("aria-disabled");
    problems.show(box, problem, () => section.querySelector("[data-action], [data-again], [data-start-all], [data-take]").focus());
    return false;
  }
}
