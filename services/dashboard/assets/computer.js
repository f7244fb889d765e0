// What all programs of the computer use together, in the figures of a page.
import { number } from "/assets/words.js";

let computer = {};

// take shows what was measured.
export function take(usage) {
  computer = usage.computer ?? {};
  show();
}

// show writes what was measured last.
export function show() {
  for (const place of document.querySelectorAll("[data-computer]")) {
    const value = computer[place.dataset.computer];
    place.textContent = value >= 0 ? `${number(value)} %` : "–";
  }
}
