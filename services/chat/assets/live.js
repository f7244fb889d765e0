// The line to the Chat's own process: server-sent events that come back by
// themselves, and a word when they stay away.

const retryDelay = 1000; // between two attempts
const patience = 2000; // a shorter silence (a restart) is not worth a word
const events = ["list", "thread", "growth", "gone", "trouble"];

// connect passes each event to the function of its name, calls on.lost when nothing
// could be heard for a while and on.back when that is over. A hidden page only
// listens while an answer is written: a browser keeps six connections to one host,
// and a seventh tab would get no answer.
export function connect(conversation, writing, on) {
  let source, retry, silence, lost = false;

  function miss() {
    silence ??= setTimeout(() => on.lost((lost = true)), patience);
  }

  function heard() {
    clearTimeout(silence);
    silence = undefined;
    if (lost) on.back((lost = false));
  }

  function open() {
    close();
    miss();
    source = new EventSource(`/api/events?conversation=${encodeURIComponent(conversation)}`);
    for (const name of events) {
      source.addEventListener(name, (event) => {
        heard();
        on[name](JSON.parse(event.data));
        if (name === "thread") rest();
      });
    }
    source.onerror = () => {
      close();
      miss();
      retry = setTimeout(open, retryDelay);
    };
  }

  function close() {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  }

  function rest() {
    if (!document.hidden || writing()) return;
    close();
    clearTimeout(silence);
    silence = undefined;
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) rest();
    else if (!source) open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  if (!document.hidden || writing()) open();
}
