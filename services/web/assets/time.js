// Times as text, worded as in package web (format.go), which a test compares: durations
// in at most two units, relative times with the exact one as title.

import { say } from "./words.js";

const pad = (n) => String(n).padStart(2, "0");

// duration formats milliseconds in at most two units: "2 min 5 s".
export function duration(milliseconds) {
  const s = Math.max(0, Math.floor(milliseconds / 1000));
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const at = units.findIndex(([size]) => s >= size);
  if (at < 0) return "0 s";
  const [size, unit] = units[at];
  const words = `${Math.floor(s / size)} ${unit}`;
  if (at + 1 === units.length) return words;
  const [nextSize, nextUnit] = units[at + 1];
  const rest = Math.floor((s % size) / nextSize);
  return rest ? `${words} ${rest} ${nextUnit}` : words;
}

// relative formats how long ago date was: "just now", "3 min ago".
export function relative(date, now = Date.now()) {
  const ago = now - date;
  return ago < 5000 ? say("just now") : say("{time} ago", { time: duration(withoutSeconds(ago)) });
}

// withoutSeconds rounds a minute or more down to whole minutes.
const withoutSeconds = (ago) => (ago < 60_000 ? ago : Math.floor(ago / 60_000) * 60_000);

// exact is a date in local time: "2026-03-04 14:03:05".
export function exact(date) {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock(date)}`;
}

// clock is the time of day: "14:03:05".
export const clock = (date) => `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;

// keepCurrent updates the times of the page now and each second.
export function keepCurrent() {
  updateAll(document);
  setInterval(updateAll, 1000, document);
}

// updateAll updates every <time datetime> below root with data-time="ago" (relative) or
// "for" (elapsed).
export function updateAll(root) {
  for (const element of root.querySelectorAll("time[data-time]")) update(element);
}

// update sets the text and the title of one such element, where they differ.
function update(element, now = Date.now()) {
  const date = new Date(element.dateTime);
  const known = element.dateTime && !Number.isNaN(date.getTime());
  let words = "";
  if (known) words = element.dataset.time === "for" ? duration(now - date) : relative(date, now);
  if (element.textContent !== words) element.textContent = words;
  const title = known ? exact(date) : "";
  if (element.title !== title) element.title = title;
}
