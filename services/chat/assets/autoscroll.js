// Keeps the end of the conversation in view while it grows, unless the user has scrolled
// up.

const scroll = document.getElementById("scroll");
const latest = document.getElementById("latest");
const tolerance = 32; // pixels from the end that still count as the end

let following = true;

const isAtEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight <= tolerance;

function jumpToEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

function updateButton() {
  latest.hidden = following || isAtEnd();
}

// start follows the user's scrolling and changes of size.
export function start() {
  scroll.addEventListener("scroll", () => {
    following = isAtEnd();
    updateButton();
  }, { passive: true });
  latest.addEventListener("click", scrollToEnd);
  new ResizeObserver(() => (following ? jumpToEnd() : updateButton())).observe(scroll);
}

// preserveEnd makes a change, and keeps the end in view if it was.
export function preserveEnd(change) {
  change();
  if (following) jumpToEnd();
  updateButton();
}

// scrollToEnd shows the end and follows it from now on.
export function scrollToEnd() {
  following = true;
  jumpToEnd();
  updateButton();
}
