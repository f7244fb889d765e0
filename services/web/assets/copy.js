// The Copy buttons: a block of code, a whole message, a technical detail.

import { request } from "./api.js";

const shown = 1500; // ms for which a button says what it did

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  let done = "Copied";
  try {
    await navigator.clipboard.writeText(await text(button));
  } catch {
    done = "Not copied";
  }
  button.textContent = done;
  setTimeout(() => (button.textContent = "Copy"), shown);
});

async function text(button) {
  if (button.dataset.copy === "message") {
    const { conversation } = document.body.dataset;
    const { message } = button.closest("[data-message]").dataset;
    return (await request("GET", `/api/conversations/${conversation}/messages/${message}`)) ?? "";
  }
  return button.closest(".code, .copied").querySelector("pre").textContent;
}
