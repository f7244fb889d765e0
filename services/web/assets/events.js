// The line to the Dashboard's own process: server-sent events that come back by
// themselves, and a word when they stay away.

const retryDelay = 1000; // between two attempts
const patience = 2000; // a shorter silence (a restart) is not worth a word

// connect listens to the address that address() returns and calls heard[event] with
// the data of each event; on.gone when nothing was heard for a while, and on.back when
// that is over. A hidden page does not listen: nobody looks, and a browser keeps six
// connections to one host, so a seventh tab would get no answer. The function that it
// returns listens anew, when the address has changed.
export function connect(address, heard, on) {
  let source, retry, silence, gone = false;

  function open() {
    close();
    silence ??= setTimeout(() => on.gone((gone = true)), patience);
    source = new EventSource(address());
    for (const [event, take] of Object.entries(heard)) {
      source.addEventListener(event, ({ data }) => {
        clearTimeout(silence);
        silence = undefined;
        if (gone) on.back((gone = false));
        take(JSON.parse(data));
      });
    }
    source.onerror = () => {
      close();
      silence ??= setTimeout(() => on.gone((gone = true)), patience);
      retry = setTimeout(open, retryDelay);
    };
  }

  function close() {
    clearTimeout(retry);
    source?.close();
  }

  function rest() {
    close();
    clearTimeout(silence);
    silence = undefined;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : open()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", (event) => event.persisted && open());
  if (!document.hidden) open();
  return () => document.hidden || open();
}
