// The lines of a log around what is looked at: a window of pages that moves through the
// log. Only these lines are in the document, however long the log is; those that leave it
// at one end are loaded again when they are scrolled to.
import { clock, exact } from "/assets/time.js";

const pageSize = 200; // lines
const partSize = 25; // lines that are laid out together, when one of them is seen
const most = 15; // pages in the document
const near = 1600; // pixels from an end at which more is loaded

const pad = (n) => String(n).padStart(2, "0");
const day = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;

export class LogList {
  #pages = []; // { element, first, last, count }, oldest first
  #provisional = new Map(); // stream → its line that was not at its end
  #waiting = []; // lines that came since the last frame
  #loading = false;
  #generation = 0; // counts resets
  #height = 0; // when it was laid out last
  #stays = false; // it was at its end when it was scrolled last
  #skipped; // the position behind lines that were left out since the last frame

  // load({ before } or { after }) returns a page of lines {lines, first, last, start, end},
  // or null. changed is called after each change.
  constructor(element, load, changed) {
    this.element = element;
    this.load = load;
    this.changed = changed;
    this.start = this.end = true; // there is nothing before, or after, what is shown
    element.addEventListener("scroll", () => {
      if (element.clientHeight === this.#height) this.#stays = this.atEnd;
      this.#loadNear();
    }, { passive: true });
    new ResizeObserver(() => { // as when a phone is turned
      this.#height = element.clientHeight;
      if (this.#stays) this.scrollToEnd();
    }).observe(element);
  }

  get count() {
    return this.#pages.reduce((sum, { count }) => sum + count, 0);
  }

  get atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    return this.end && scrollTop + clientHeight >= scrollHeight - 8;
  }

  // last is the position behind all that is shown.
  get last() {
    return this.#pages.at(-1)?.last ?? "";
  }

  scrollToEnd() {
    this.#stays = true;
    this.element.scrollTop = this.element.scrollHeight;
  }

  // reset shows one page and nothing else, scrolled to its end or its beginning.
  reset(page, toEnd) {
    this.#generation++;
    this.#pages = [];
    this.#waiting = [];
    this.#provisional.clear();
    this.element.replaceChildren();
    this.#add(page, "append");
    this.start = Boolean(page.start);
    this.end = Boolean(page.end);
    if (toEnd) this.scrollToEnd();
    else [this.#stays, this.element.scrollTop] = [false, 0];
    this.changed();
    this.#loadNear();
  }

  // follow adds lines that were printed, with the next frame.
  follow(lines, last) {
    if (this.#waiting.length === 0) requestAnimationFrame(() => this.#flush());
    this.#waiting.push({ lines, last });
    while (this.#waiting.length > 1 && this.#waiting.reduce((sum, { lines }) => sum + lines.length, 0) > most * pageSize) {
      this.#skipped = this.#waiting.shift().last; // more than can be shown: loaded when it is scrolled to
    }
  }

  #flush() {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return; // reset has replaced them
    const stay = this.atEnd;
    if (this.#skipped !== undefined && stay) {
      this.#generation++; // what is being loaded is of another place
      this.#pages = [];
      this.#provisional.clear();
      this.element.replaceChildren();
      this.#add({ lines: [], first: this.#skipped, last: this.#skipped }, "append");
      this.start = false;
    } else if (this.#skipped !== undefined) {
      this.end = false; // it is not followed any more, so that what is read stays
    }
    this.#skipped = undefined;
    if (this.end) for (const { lines, last } of waiting) this.#extend(lines, last);
    if (stay) {
      this.#trim("oldest");
      this.scrollToEnd();
    } else {
      this.#trim("newest");
    }
    this.changed();
  }

  // extend appends lines to the newest page, and to new ones when that is full.
  #extend(lines, last) {
    for (const line of lines) {
      this.#replaceProvisional(line);
      let newest = this.#pages.at(-1);
      if (newest.count >= pageSize) {
        this.#add({ lines: [], first: newest.last, last: newest.last }, "append");
        newest = this.#pages.at(-1);
      }
      append(newest.element, [this.#line(line, newest)]);
      newest.count++;
    }
    this.#pages.at(-1).last = last;
  }

  #replaceProvisional({ stream }) {
    const before = this.#provisional.get(stream);
    if (!before) return;
    this.#provisional.delete(stream);
    const part = before.line.parentElement;
    before.line.remove();
    before.page.count--;
    size(part);
  }

  #add({ lines, first, last }, where) {
    const page = { element: element("div", "log-page"), first, last, count: lines.length };
    append(page.element, lines.map((line) => this.#line(line, page)));
    this.element[where](page.element);
    this.#pages[where === "append" ? "push" : "unshift"](page);
  }

  // trim removes pages beyond the most, and returns the height of what went above. Without
  // the newest, the log is not followed any more.
  #trim(side) {
    let height = 0;
    while (this.#pages.length > most) {
      const page = side === "oldest" ? this.#pages.shift() : this.#pages.pop();
      if (side === "oldest") {
        height += page.element.offsetHeight;
        this.start = false;
      } else {
        this.end = false;
      }
      page.element.remove();
    }
    return height;
  }

  async #loadNear() {
    if (this.#loading || this.#pages.length === 0) return;
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    const older = !this.start && scrollTop < near;
    const newer = !older && !this.end && scrollTop + clientHeight > scrollHeight - near;
    if (!older && !newer) return;
    this.#loading = true;
    const generation = this.#generation;
    const page = await this.load(older ? { before: this.#pages[0].first } : { after: this.last });
    this.#loading = false;
    if (!page || generation !== this.#generation) return;
    if (older) this.#prepend(page);
    else this.#append(page);
    this.changed();
    this.#loadNear();
  }

  #prepend(page) {
    const stay = this.atEnd;
    this.start = Boolean(page.start);
    this.#add(page, "prepend");
    this.element.scrollTop += this.#pages[0].element.offsetHeight; // what is looked at stays in place
    if (!stay) this.#trim("newest");
    else this.element.scrollTop -= this.#trim("oldest");
  }

  #append(page) {
    this.end = Boolean(page.end);
    this.#add(page, "append");
    this.element.scrollTop -= this.#trim("oldest");
  }

  #line({ time, stream, text, provisional, marks = [] }, page) {
    const date = new Date(time);
    const line = element("div", "log-line");
    line.dataset.stream = stream;
    if (provisional) this.#provisional.set(stream, { line, page });
    const at = document.createElement("time");
    at.dateTime = time;
    at.title = exact(date);
    at.append(element("span", "log-day", `${day(date)} `), clock(date));
    line.append(at, element("span", "log-stream", stream), marked(text, marks));
    return line;
  }
}

// append adds lines to a page, in parts.
function append(page, lines) {
  for (let from = 0; from < lines.length; ) {
    let part = page.lastElementChild;
    if (!part || part.childElementCount >= partSize) page.append((part = element("div", "log-part")));
    const until = from + partSize - part.childElementCount;
    part.append(...lines.slice(from, until));
    size(part);
    from = until;
  }
}

// size tells the style sheet how many lines a part has: it is not laid out unless it is seen.
const size = (part) => part.style.setProperty("--lines", part.childElementCount);

// marked is a text with the parts that were searched for, which begin and end at marks.
function marked(text, marks) {
  const made = element("span", "log-text");
  let from = 0;
  for (let i = 0; i < marks.length; i += 2) {
    made.append(text.slice(from, marks[i]), element("mark", "", text.slice(marks[i], marks[i + 1])));
    from = marks[i + 1];
  }
  made.append(text.slice(from));
  return made;
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
