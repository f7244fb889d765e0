// Keeps the end of the conversation in sight while it grows, unless the reader has
// scrolled away from it.

const scroll = document.getElementById("scroll");
const latest = document.getElementById("latest");
const near = 32; // pixels from the end that still count as the end

let following = true;

const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight <= near;

function end() {
  scroll.scrollTop = scroll.scrollHeight;
}

function mark() {
  latest.hidden = following || atEnd();
}

// follow watches the reader and the sizes of things.
export function follow() {
  scroll.addEventListener("scroll", () => {
    following = atEnd();
    mark();
  }, { passive: true });
  latest.addEventListener("click", toLatest);
  new ResizeObserver(() => (following ? end() : mark())).observe(scroll);
}

// stay makes a change, and keeps the end in sight if it was.
export function stay(change) {
  change();
  if (following) end();
  mark();
}

// toLatest goes to the end and stays there.
export function toLatest() {
  following = true;
  end();
  mark();
}
