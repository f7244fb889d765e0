// Processor and memory in the cards of the services. They are measured only while a page
// is connected.

const maxInterval = 10_000; // ms between two samples that can be compared
let previous = {}; // service → sample

// show takes a sample {cpu (ns), memory (bytes), processes, threads, at} of each service.
// A service without one shows dashes.
export function show(usages) {
  for (const card of document.querySelectorAll("[data-service]")) {
    const now = usages[card.dataset.service];
    const words = now && {
      processor: processor(previous[card.dataset.service], now),
      memory: `${figure(now.memory / 1e6)} MB`,
      processes: String(now.processes),
      threads: String(now.threads),
    };
    for (const place of card.querySelectorAll("[data-usage]")) {
      const text = words?.[place.dataset.usage] ?? "–";
      if (place.textContent !== text) place.textContent = text;
    }
  }
  previous = usages;
}

// processor is the share of one core between two samples. It is not known when the sum has
// fallen, since a process has ended.
function processor(first, second) {
  const passed = first ? new Date(second.at) - new Date(first.at) : 0;
  const spent = first ? (second.cpu - first.cpu) / 1e6 : -1;
  return passed > 0 && passed < maxInterval && spent >= 0 ? `${figure((spent / passed) * 100)} %` : "–";
}

const figure = (n) => (n < 9.95 ? n.toFixed(1) : n.toFixed(0));
