// What the services use, written into their cards. It is measured only while a page
// listens.

const stale = 10_000; // ms after which the sample before says nothing about now
let before = {}; // service → the sample before

// show takes {service: {cpu (ns), memory (bytes), processes, threads, at}}; of what is
// not in it nothing is known.
export function show(usages) {
  for (const card of document.querySelectorAll("[data-service]")) {
    const now = usages[card.dataset.service];
    const words = now && {
      processor: processor(before[card.dataset.service], now),
      memory: `${figure(now.memory / 1e6)} MB`,
      processes: String(now.processes),
      threads: String(now.threads),
    };
    for (const place of card.querySelectorAll("[data-usage]")) {
      const text = words?.[place.dataset.usage] ?? "–";
      if (place.textContent !== text) place.textContent = text;
    }
  }
  before = usages;
}

// processor is the share of one core between two samples; not known if a process has
// ended and taken its time along.
function processor(first, second) {
  const passed = first ? new Date(second.at) - new Date(first.at) : 0;
  const spent = first ? (second.cpu - first.cpu) / 1e6 : -1;
  return passed > 0 && passed < stale && spent >= 0 ? `${figure((spent / passed) * 100)} %` : "–";
}

const figure = (n) => (n < 9.95 ? n.toFixed(1) : n.toFixed(0));
