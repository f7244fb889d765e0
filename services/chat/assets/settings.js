// The settings: which server answers, with which key and model.

import { elements } from "/assets/problem.js";
import { attempt, post } from "/assets/request.js";

const dialog = document.getElementById("settings");
const address = document.getElementById("address");
const key = document.getElementById("key");
const forget = document.getElementById("forget");
const model = document.getElementById("model");
const name = document.getElementById("model-name");
const state = document.getElementById("settings-state");
const found = document.getElementById("found");

let latestRequest = 0; // for models; answers to earlier ones are ignored

export function start({ flushDraft }) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-settings]");
    if (button) open(button.dataset.address);
  });
  address.addEventListener("change", listModels);
  key.addEventListener("change", listModels);
  found.addEventListener("click", (event) => {
    const button = event.target.closest("[data-base]");
    if (!button) return;
    address.value = button.dataset.base;
    listModels();
  });
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await attempt(async () => {
      await post("/api/settings", { address: address.value.trim(), key: key.value, model: chosen(), forget: forget?.checked ?? false });
      await flushDraft();
      location.reload();
    }, showProblem);
  });
}

function open(proposed) {
  for (const id of ["side", "models"]) document.getElementById(id).hidePopover();
  address.value = proposed ?? address.dataset.saved;
  key.value = "";
  if (forget) forget.checked = false;
  dialog.showModal();
  listModels();
  findServers();
}

const chosen = () => (name.hidden ? model.value : name.value.trim());

// findServers lists the servers that answer on this computer.
async function findServers() {
  try {
    const { servers } = await post("/api/setup");
    found.hidden = servers.length === 0;
    found.querySelector(".row").replaceChildren(...servers.map((server) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "small";
      button.dataset.base = server.address;
      button.textContent = `${server.name} · ${models(server.models)}`;
      return button;
    }));
  } catch {
    found.hidden = true; // listModels shows what is wrong
  }
}

// listModels asks the server at the address for its models.
async function listModels() {
  const request = ++latestRequest;
  if (!address.value.trim()) {
    offerModels([]);
    state.replaceChildren(line("Without an address, the Chat uses a server that it finds on this computer."));
    return;
  }
  state.replaceChildren(line("Asking for its models…"));
  await attempt(async () => {
    const answer = await post("/api/models", { address: address.value, key: key.value });
    if (request !== latestRequest) return;
    address.value = answer.address;
    offerModels(answer.models);
    state.replaceChildren(line(answer.models.length ? `It answers, with ${models(answer.models.length)}.` : "It answers, but has no model yet."));
  }, (problem) => {
    if (request !== latestRequest) return;
    offerModels([]);
    showProblem(problem);
  });
}

// offerModels lets the user choose a model, or type its name if none is known.
function offerModels(names) {
  const { saved } = model.dataset;
  const wanted = model.value || saved;
  model.hidden = names.length === 0;
  name.hidden = !model.hidden;
  const label = dialog.querySelector("label[for^=model]");
  label.htmlFor = model.hidden ? "model-name" : "model";
  if (model.hidden) return;
  const missing = wanted && !names.includes(wanted) && address.value === address.dataset.saved;
  model.replaceChildren(...(missing ? [wanted] : []).concat(names).map((each) => new Option(each, each)));
  if (names.includes(wanted) || missing) model.value = wanted;
}

function showProblem(problem) {
  state.replaceChildren(...elements(problem));
}

function line(words) {
  const p = document.createElement("p");
  p.textContent = words;
  return p;
}

const models = (n) => (n === 1 ? "1 model" : `${n} models`);
