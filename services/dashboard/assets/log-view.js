// A log on a page: new lines are appended, old ones leave at the top, and what
// stands still is not touched. At its end it stays at its end.
import { clock, exact } from "/assets/time.js";

const pad = (n) => String(n).padStart(2, "0");
const day = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;

// load asks for the last lines of a service. Its errors have words for people.
export async function load(service, lines) {
  const response = await fetch(`/api/services/${encodeURIComponent(service)}/log?lines=${lines}`);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export class LogView {
  #keys = []; // one for each line shown

  // element may hold lines of the server already; they are replaced by the first update.
  constructor(element) {
    this.element = element;
    this.accepts = () => true; // which lines are not hidden
  }

  get atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    return scrollTop + clientHeight >= scrollHeight - 8;
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  // update shows lines, of which the beginning is mostly what is shown already.
  update(lines) {
    const keys = lines.map((line) => `${line.time} ${line.stream} ${line.text}`);
    const stay = this.#overlap(keys);
    const added = keys.length - stay;
    if (added === 0 && stay === this.#keys.length) return;
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
    else this.element.scrollTop = this.element.scrollHeight - (scrollHeight - scrollTop); // more was put before
  }

  // overlap is how many of the new lines are those at the end of the old ones.
  #overlap(keys) {
    const old = this.#keys;
    for (let stay = Math.min(old.length, keys.length); stay > 0; stay--) {
      const from = old.length - stay;
      if (keys[stay - 1] === old.at(-1) && keys.every((key, i) => i >= stay || key === old[from + i])) return stay;
    }
    return 0;
  }

  #line({ time, stream, text }) {
    const date = new Date(time);
    const line = element("div", "log-line");
    line.dataset.stream = stream;
    const at = document.createElement("time");
    at.dateTime = time;
    at.title = exact(date);
    at.append(element("span", "log-day", `${day(date)} `), clock(date));
    line.append(at, element("span", "log-stream", stream), element("span", "log-text", text));
    line.hidden = !this.accepts(text);
    return line;
  }

  // filter hides the lines whose text accepts refuses; it returns how many are left.
  filter(accepts) {
    this.accepts = accepts;
    let left = 0;
    for (const line of this.element.children) {
      line.hidden = !accepts(line.lastChild.textContent);
      if (!line.hidden) left++;
    }
    return left;
  }

  get length() {
    return this.#keys.length;
  }
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
