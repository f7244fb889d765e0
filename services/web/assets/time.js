// Time in words: durations as people say them, relative times with the exact one
// on hover. The words are the same as those of package web's Go side.

const pad = (n) => String(n).padStart(2, "0");

// duration says how long milliseconds are, in at most two units: "2 min 5 s".
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

// relative says how long ago date was.
export function relative(date, now = Date.now()) {
  const ago = now - date;
  return ago < 5000 ? "just now" : `${duration(coarse(ago))} ago`;
}

// coarse drops the seconds of what is minutes ago: nobody compares those.
const coarse = (ago) => (ago < 60_000 ? ago : Math.floor(ago / 60_000) * 60_000);

// exact is a date in local time: "2026-03-04 14:03:05".
export function exact(date) {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock(date)}`;
}

// clock is the time of day: "14:03:05".
export const clock = (date) => `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;

// keep writes every <time datetime> below root with data-time="ago" (relative) or
// "for" (elapsed) anew, at once and each second.
export function keep(root = document) {
  const write = () => {
    for (const element of root.querySelectorAll("time[data-time]")) show(element);
  };
  write();
  return setInterval(write, 1000);
}

// show writes one such element, touching it only when its words change.
export function show(element, now = Date.now()) {
  const date = new Date(element.dateTime);
  const known = element.dateTime && !Number.isNaN(date.getTime());
  let words = "";
  if (known) words = element.dataset.time === "for" ? duration(now - date) : relative(date, now);
  if (element.textContent !== words) element.textContent = words;
  const title = known ? exact(date) : "";
  if (element.title !== title) element.title = title;
}
