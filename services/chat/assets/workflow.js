// Workflow files: what can be done with one in an answer, and the check of one that is
// dropped, pasted or chosen, without a model.

import { announce } from "/assets/announce.js";
import { parse } from "/assets/morph.js";
import { elements } from "/assets/problem.js";
import { attempt, post, request } from "/assets/request.js";
import { scrollToEnd } from "./autoscroll.js";

const here = document.body.dataset.conversation;
const checked = document.getElementById("checked");
const file = document.getElementById("file");
const dialog = document.getElementById("save-workflow");
const name = document.getElementById("save-name");
const state = document.getElementById("save-state");
const replace = document.getElementById("save-replace");
const maxSize = 1 << 20; // bytes, half of what a request may have

let composer;
let pasted; // {text, fix}: what was checked without a model
let saving; // {text, panel}: what the dialog saves

// fileOf returns the text of the workflow that a button belongs to.
export async function fileOf(button) {
  const panel = button.closest(".workflow");
  return panel.closest("#checked") ? pasted.text : request("GET", `${path(panel)}`);
}

const path = (panel) => `/api/conversations/${here}/messages/${panel.dataset.message}/workflows/${panel.dataset.fence}`;

export function start(page) {
  composer = page;
  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-line]");
    if (line) markLine(line.closest(".workflow"), Number(line.dataset.line));
    const button = event.target.closest("[data-workflow]");
    if (button) actions[button.dataset.workflow](button);
  });
  file.addEventListener("change", () => {
    if (file.files[0]) checkFile(file.files[0]);
    file.value = "";
  });
  document.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  document.addEventListener("drop", (event) => {
    const dropped = event.dataTransfer.files[0];
    if (!dropped) return;
    event.preventDefault();
    checkFile(dropped);
  });
  document.getElementById("text").addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (/^schema_version["']?\s*:/m.test(text)) check(text, "");
  });
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    save(false);
  });
  replace.addEventListener("click", () => save(true));
  name.addEventListener("input", () => (replace.hidden = true));
}

const actions = {
  open() {
    document.getElementById("menu").hidePopover();
    file.click();
  },
  dismiss() {
    checked.hidden = true;
    document.getElementById("text").focus();
  },
  ask() {
    composer.write(pasted.fix);
    actions.dismiss();
  },
  async fix(button) {
    const { message, fence } = button.closest(".workflow").dataset;
    if (await composer.attempt(() => post(`/api/conversations/${here}/fix`, { message: Number(message), fence: Number(fence) }))) scrollToEnd();
  },
  async diff(button) {
    const panel = button.closest(".workflow");
    const box = panel.querySelector(".changes");
    if (box.hidden && !(await composer.attempt(async () => box.replaceChildren(parse((await request("GET", `${path(panel)}/diff`)).html))))) return;
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
  },
  async save(button) {
    const panel = button.closest(".workflow");
    if (!(await composer.attempt(async () => (saving = { panel, text: await fileOf(button) })))) return;
    name.value = panel.dataset.name;
    state.replaceChildren();
    replace.hidden = true;
    dialog.showModal();
    name.setSelectionRange(0, name.value.lastIndexOf("."));
  },
};

async function save(over) {
  await attempt(async () => {
    const { path: saved, command } = await post("/api/workflows", { name: name.value, text: saving.text, replace: over });
    dialog.close();
    const run = saving.panel.querySelector(".run");
    const words = document.createElement("p");
    words.className = "small";
    words.textContent = `Saved as ${saved}`;
    run.querySelector(".saved")?.remove();
    words.classList.add("saved");
    run.prepend(words);
    const code = run.querySelector("code");
    if (code) code.textContent = command;
    announce(words.textContent);
  }, (problem) => {
    state.replaceChildren(...elements(problem));
    if (problem.exists) state.append(parse(problem.html));
    replace.hidden = !problem.exists;
  });
}

async function checkFile(chosen) {
  if (chosen.size > maxSize) {
    composer.showProblem({ what: `${chosen.name} is too large to be a workflow.`, why: "A file that is checked here has at most 1 MB.", now: "Choose another file." });
    return;
  }
  await check(await chosen.text(), chosen.name);
}

async function check(text, title) {
  await composer.attempt(async () => {
    const { html, valid, fix } = await post("/api/workflows/check", { text, name: title });
    pasted = { text, fix };
    checked.replaceChildren(parse(html));
    checked.hidden = false;
    checked.scrollIntoView({ block: "nearest" });
    announce(valid ? "The workflow is valid." : checked.querySelector(".state").textContent);
  });
}

// markLine shows a line of the file that a panel is about.
function markLine(panel, line) {
  const blocks = (panel.closest("#checked") ?? panel.closest(".message").querySelector(".text")).querySelectorAll(".code[data-fence]");
  const code = blocks[panel.closest("#checked") ? 0 : Number(panel.dataset.fence)]?.querySelector("code");
  const text = code?.firstChild;
  if (!text) return;
  let start = 0;
  for (let n = 1; n < line; n++) start = text.data.indexOf("\n", start) + 1 || start;
  const end = text.data.indexOf("\n", start);
  const range = document.createRange();
  range.setStart(text, start);
  range.setEnd(text, end < 0 ? text.data.length : Math.max(end, start + 1));
  if (CSS.highlights) CSS.highlights.set("line", new Highlight(range));
  else getSelection().setBaseAndExtent(text, start, text, range.endOffset);
  const box = range.getBoundingClientRect();
  const scroll = document.getElementById("scroll");
  const frame = scroll.getBoundingClientRect();
  if (box.top < frame.top || box.bottom > frame.bottom) scroll.scrollTop += box.top - frame.top - frame.height / 3;
  code.parentElement.focus({ preventScroll: true });
}
