// Starts a model server on this computer.

import { announce } from "/assets/announce.js";
import { post } from "/assets/request.js";

// start starts the server of a button, and returns when it is ready. It throws a problem.
export async function start(button) {
  const label = button.textContent;
  button.setAttribute("aria-disabled", "true");
  button.textContent = label.replace("Start", "Starting") + "…";
  announce(button.textContent);
  try {
    await post("/api/servers/start", { name: button.dataset.startServer });
  } finally {
    button.textContent = label;
    button.removeAttribute("aria-disabled");
  }
}
