// Buttons with data-copy copy a text to the clipboard and say for a moment whether that
// succeeded.

import { say } from "./words.js";

const shownFor = 2000; // ms

// enableCopy handles the clicks on all such buttons, those to come included. What a
// button copies is returned, directly or as a promise, by sources[its data-copy]; without
// one it is the preformatted block beside it. Where the browser refuses the clipboard,
// that block is selected instead.
export function enableCopy(sources = {}) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const block = button.closest(".code, .copied")?.querySelector("pre");
    const source = sources[button.dataset.copy] ?? (() => block.textContent);
    let outcome = say("Copied");
    try {
      await navigator.clipboard.writeText(await source(button));
    } catch {
      if (block) getSelection().selectAllChildren(block);
      outcome = block ? say("Selected") : say("Not copied");
    }
    const label = (button.dataset.label ??= button.textContent);
    button.textContent = outcome;
    setTimeout(() => (button.textContent = label), shownFor);
  });
}
