// Server-sent events of the page's own service, connected again after each failure.

const reconnectDelay = 1000; // ms between two attempts
const lostAfter = 2000; // ms without an event until the page says so; a restart takes less

// connect calls handlers[name] with the JSON data of each event of that name. address()
// is asked for the URL of each connection. lost is called when no event has come for
// lostAfter, back when the next one comes. A hidden page closes its connection unless
// neededWhileHidden(): a browser opens at most six to one host, so hidden tabs would keep
// a seventh from loading. The returned function connects anew, to an address that has
// changed.
export function connect(address, handlers, { lost, back, neededWhileHidden = () => false } = {}) {
  let source, reconnect, timeout;
  let isLost = false;

  function open() {
    close();
    expectEvent();
    source = new EventSource(address());
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, ({ data }) => {
        cancelTimeout();
        if (isLost) back?.((isLost = false));
        handle(JSON.parse(data));
        closeIfUnneeded();
      });
    }
    source.onerror = () => {
      close();
      expectEvent();
      reconnect = setTimeout(open, reconnectDelay);
    };
  }

  function close() {
    clearTimeout(reconnect);
    source?.close();
    source = undefined;
  }

  function expectEvent() {
    timeout ??= setTimeout(() => lost?.((isLost = true)), lostAfter);
  }

  function cancelTimeout() {
    clearTimeout(timeout);
    timeout = undefined;
  }

  function disconnect() {
    close();
    cancelTimeout();
  }

  const unneeded = () => document.hidden && !neededWhileHidden();
  const closeIfUnneeded = () => unneeded() && disconnect();

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) closeIfUnneeded();
    else if (!source) open();
  });
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => event.persisted && !unneeded() && open());
  if (!unneeded()) open();
  return () => unneeded() || open();
}
