// The line to the Dashboard's own process: server-sent events that come back by
// themselves, and a word when they stay away.

const retryDelay = 1000; // between two attempts
const patience = 2000; // a shorter silence (a restart) is not worth a word

// connect calls on.page with each "page" event, on.gone when nothing was heard for
// a while and on.back when that is over. A hidden page does not listen: a browser
// keeps six connections to one host, and a seventh tab would get no answer.
export function connect(on) {
  let source, retry, silence, gone = false;

  function open() {
    close();
    silence ??= setTimeout(() => on.gone((gone = true)), patience);
    source = new EventSource("/api/events");
    source.addEventListener("page", (event) => {
      clearTimeout(silence);
      silence = undefined;
      if (gone) on.back((gone = false));
      on.page(JSON.parse(event.data));
    });
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
}
