// A log on a page: new lines are appended, the oldest removed, the others left as they
// are. It follows its end unless the user has scrolled up.
import { clock, exact } from "/assets/time.js";

const pad = (n) => String(n).padStart(2, "0");
const day = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;

export class LogView {
  #keys = []; // one for each line shown
  #waiting = []; // lines for the next frame
  #provisional = new Map(); // stream → its line that was not at its end

  // element may hold lines that the service rendered; the first update replaces them. It
  // keeps the last most lines. changed is called after each change.
  constructor(element, most, changed = () => {}) {
    this.element = element;
    this.most = most;
    this.changed = changed;
    this.accepts = () => true; // which texts the filter shows
  }

  get atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    return scrollTop + clientHeight >= scrollHeight - 8;
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  // add appends lines with the next frame, however often it is called until then.
  add(lines) {
    if (this.#waiting.length === 0) requestAnimationFrame(() => this.#flush());
    this.#waiting = this.#waiting.concat(lines).slice(-this.most);
  }

  #flush() {
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length === 0) return; // update has replaced them
    const follow = this.atEnd;
    for (const line of lines) {
      if (this.#provisional.has(line.stream)) this.#replaceProvisional(line.stream);
      this.element.append(this.#line(line));
      this.#keys.push(key(line));
    }
    const { scrollTop, scrollHeight } = this.element;
    this.#drop(this.#keys.length - this.most);
    if (follow) this.toEnd();
    else this.element.scrollTop = scrollTop - (scrollHeight - this.element.scrollHeight);
    this.changed();
  }

  // replaceProvisional removes the line that was not at its end, if there is one: the next of
  // its stream has more of it.
  #replaceProvisional(stream) {
    const at = [...this.element.children].indexOf(this.#provisional.get(stream));
    this.#provisional.delete(stream);
    if (at < 0) return;
    this.#keys.splice(at, 1);
    this.element.children[at].remove();
  }

  #drop(count) {
    for (let gone = count; gone > 0; gone--) this.element.firstChild.remove();
    this.#keys.splice(0, Math.max(0, count));
  }

  // update replaces all lines. Those that are shown already are left as they are.
  update(lines) {
    this.#waiting = [];
    lines = lines.slice(-this.most);
    const keys = lines.map(key);
    const stay = this.#overlap(keys);
    const added = keys.length - stay;
    if (added === 0 && stay === this.#keys.length) return this.changed();
    const follow = this.#keys.length === 0 || this.atEnd;
    const { scrollTop, scrollHeight } = this.element;
    if (stay === 0) {
      this.element.replaceChildren();
    } else {
      for (let gone = this.#keys.length - stay; gone > 0; gone--) this.element.firstChild.remove();
    }
    const left = scrollHeight - this.element.scrollHeight; // height of what went at the top
    this.element.append(...lines.slice(stay).map((line) => this.#line(line)));
    this.#keys = keys;
    if (follow) this.toEnd();
    else if (stay > 0) this.element.scrollTop = scrollTop - left;
    else this.element.scrollTop = this.element.scrollHeight - (scrollHeight - scrollTop); // lines were added above
    this.changed();
  }

  // overlap is how many of the first new lines are the last old ones.
  #overlap(keys) {
    const old = this.#keys;
    for (let stay = Math.min(old.length, keys.length); stay > 0; stay--) {
      const from = old.length - stay;
      if (keys[stay - 1] === old.at(-1) && keys.every((key, i) => i >= stay || key === old[from + i])) return stay;
    }
    return 0;
  }

  #line({ time, stream, text, provisional }) {
    const date = new Date(time);
    const line = element("div", "log-line");
    line.dataset.stream = stream;
    if (provisional) this.#provisional.set(stream, line);
    const at = document.createElement("time");
    at.dateTime = time;
    at.title = exact(date);
    at.append(element("span", "log-day", `${day(date)} `), clock(date));
    line.append(at, element("span", "log-stream", stream), element("span", "log-text", text));
    line.hidden = !this.accepts(text);
    return line;
  }

  // filter hides the lines whose text accepts refuses. It returns how many are shown.
  filter(accepts) {
    this.accepts = accepts;
    let left = 0;
    for (const line of this.element.children) {
      line.hidden = !accepts(line.lastChild.textContent);
      if (!line.hidden) left++;
    }
    return left;
  }
}

const key = (line) => `${line.time} ${line.stream} ${line.text}`;

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
