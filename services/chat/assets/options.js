// The options of the conversation: its model, its instructions, and whether it is a workflow.
// Those of a conversation that has not begun are kept in its tab.

import { text as problemText } from "/assets/problem.js";
import * as requests from "/assets/request.js";

const { body } = document;
const here = body.dataset.conversation;
const label = document.getElementById("server");
const popup = document.getElementById("models");
const workflow = document.getElementById("workflow");
const dialog = document.getElementById("instructions");
const instructions = document.getElementById("instructions-text");
const storeKey = "options of a new conversation";

let options = JSON.parse(body.dataset.options);
let attempt;

// current are the options.
export const current = () => options;

export function start(composer) {
  ({ attempt } = composer);
  if (!here) {
    options = { ...options, ...JSON.parse(sessionStorage.getItem(storeKey) ?? "{}") };
    show(options);
  }
  label.addEventListener("click", () => (body.dataset.server ? pick() : document.querySelector("[data-settings]").click()));
  popup.addEventListener("click", (event) => {
    const choice = event.target.closest("button[data-model]");
    if (!choice) return;
    popup.hidePopover();
    change({ model: choice.dataset.model });
    composer.focus();
  });
  popup.addEventListener("input", filter);
  workflow.addEventListener("click", () => change({ workflow: !options.workflow }));
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "save") change({ instructions: instructions.value });
  });
}

// show shows options that the service sent.
export function show(now) {
  options = now;
  workflow.setAttribute("aria-pressed", String(options.workflow));
  if (options.model && body.dataset.server) label.firstElementChild.textContent = `${options.model} · ${body.dataset.server}`;
}

// begun forgets the options of the new conversation, which has begun.
export const begun = () => sessionStorage.removeItem(storeKey);

// prepare fills the dialog of instructions.
export const prepare = () => (instructions.value = options.instructions);

async function change(part) {
  const before = options;
  show({ ...options, ...part });
  if (!here) {
    sessionStorage.setItem(storeKey, JSON.stringify(options));
  } else if (!(await attempt(() => requests.post(`/api/conversations/${here}/options`, options)))) {
    show(before);
  }
}

// pick offers the models of the server in use.
async function pick() {
  popup.replaceChildren(line("Asking for the models…"), settings());
  popup.showPopover();
  const place = label.getBoundingClientRect(); // beside what was pressed
  popup.style.left = `${Math.max(0, place.left - 8)}px`;
  popup.style.bottom = `${innerHeight - place.top + 4}px`;
  await requests.attempt(async () => {
    const { models } = await requests.post("/api/models");
    const chosen = options.model || body.dataset.model;
    const list = document.createElement("div");
    list.className = "choices";
    list.append(...models.map((name) => choice(name, name === chosen)));
    popup.replaceChildren(...(models.length > 8 ? [search()] : []), list, settings());
    (popup.querySelector("input") ?? list.querySelector("[aria-pressed=true]") ?? popup.querySelector("button")).focus();
    list.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest" });
  }, (problem) => popup.replaceChildren(line(problemText(problem)), settings()));
}

function filter(event) {
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const button of popup.querySelectorAll("button[data-model]")) {
    button.hidden = !words.every((word) => button.dataset.model.toLowerCase().includes(word));
  }
}

function search() {
  const input = document.createElement("input");
  input.type = "search";
  input.placeholder = "Find a model";
  input.setAttribute("aria-label", "Find a model");
  return input;
}

function choice(name, chosen) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.dataset.model = name;
  button.setAttribute("aria-pressed", String(chosen));
  button.textContent = name;
  return button;
}

function settings() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet other";
  button.dataset.settings = "";
  button.textContent = "Another server…";
  return button;
}

function line(words) {
  const p = document.createElement("p");
  p.className = "small muted";
  p.textContent = words;
  return p;
}
