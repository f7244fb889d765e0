// Processor and memory of the services, as figures and as lines of the last minutes with
// the starts of their processes. They are measured only while a page is connected.

import { number, say } from "/assets/words.js";

const gap = 10_000; // ms between two samples that no line joins
const height = 32; // of the drawing

const tracks = new Map(); // service → { samples: [[at, share of a core or null, bytes]], starts: [at] }
let latest = { services: {} };

// take adds what the service has measured.
export function take(usage) {
  const now = Date.now();
  for (const [name, { samples, starts }] of Object.entries(usage.services)) {
    const track = tracks.get(name) ?? { samples: [], starts: [] };
    const last = track.samples.at(-1)?.[0] ?? 0;
    track.samples = [...track.samples, ...samples.filter(([at]) => at > last)].filter(([at]) => at > now - usage.window);
    track.starts = starts;
    tracks.set(name, track);
  }
  latest = usage;
  show();
}

// forget shows that nothing is measured now.
export const forget = () => take({ window: latest.window, services: {} });

// show writes the figures and draws the lines of all cards on the page.
export function show() {
  for (const card of document.querySelectorAll("[data-service]")) {
    const name = card.dataset.service;
    const track = tracks.get(name);
    const now = latest.services[name]?.now && { ...latest.services[name], sample: track.samples.at(-1) };
    for (const place of card.querySelectorAll("[data-usage]")) write(place, now, "live" in card.dataset);
    for (const place of card.querySelectorAll("[data-spark]")) draw(place, track);
  }
}

const readings = {
  processor: ({ sample: [, share] }) => (share === null ? "–" : `${figure(share)} %`),
  memory: ({ sample: [, , bytes] }) => `${figure(bytes / 1e6)} MB`,
  processes: ({ processes, threads }) => `${processes === 1 ? say("1 process") : say("{n} processes", { n: processes })}, ${threads === 1 ? say("1 thread") : say("{n} threads", { n: threads })}`,
};

function write(place, now, live) {
  const { usage } = place.dataset;
  const text = now ? readings[usage](now) : live && usage !== "processes" ? "–" : "";
  if (place.textContent !== text) place.textContent = text;
}

function draw(place, track) {
  const column = place.dataset.spark === "cpu" ? 1 : 2;
  const samples = (track?.samples ?? []).filter((sample) => sample[column] !== null);
  const svg = shape("svg", { viewBox: `0 0 ${latest.window ?? 1} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  const begin = Date.now() - latest.window;
  const most = Math.max(column === 1 ? 10 : 0, ...samples.map((sample) => sample[column])) * 1.15 || 1;
  const place2d = (sample) => `${sample[0] - begin} ${(height - 1 - (sample[column] / most) * (height - 2)).toFixed(1)}`;
  for (const part of parts(samples)) {
    const line = part.map(place2d).join("L");
    svg.append(
      shape("path", { class: "area", d: `M${part[0][0] - begin} ${height}L${line}L${part.at(-1)[0] - begin} ${height}Z` }),
      shape("path", { class: "trace", d: `M${line}` }),
    );
  }
  for (const at of track?.starts ?? []) {
    if (at > begin) svg.append(shape("line", { class: "start", x1: at - begin, x2: at - begin, y1: 0, y2: height }));
  }
  place.replaceChildren(svg);
}

// parts splits samples where too much time lies between two of them.
function parts(samples) {
  const parts = [];
  for (const sample of samples) {
    if (!parts.length || sample[0] - parts.at(-1).at(-1)[0] > gap) parts.push([]);
    parts.at(-1).push(sample);
  }
  return parts;
}

function shape(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const figure = (n) => number(n, n < 9.95 ? 1 : 0);
