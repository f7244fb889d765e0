// The unsent message of this tab. It is kept across reloads and restarts; a tab that opens
// later takes over what a closed one has left, but never what another open tab holds.

import { post } from "/assets/request.js";

const delay = 400; // ms without a key before the draft is saved
const lockWait = 300; // ms for the lock of the page that this one replaces

const conversation = document.body.dataset.conversation;
const unsentKey = `draft of ${location.pathname}`; // in sessionStorage: what was typed just before a reload
const lockOf = (name) => `chat tab ${name}`;

let tab = sessionStorage.getItem("tab") ?? newName();
let replaces; // the tab whose draft was taken over, until it is saved here
let timer;
let unsaved = false; // there is text that no request has saved yet
let saving = Promise.resolve(); // the request that saves it
let field, failed;

// name is the tab's, for the message that is sent.
export const name = () => tab;

// start fills the field and saves what is typed in it from now on. failed is called with the
// problem of a draft that could not be saved.
export function start(text, onProblem) {
  field = text;
  failed = onProblem;
  const typed = sessionStorage.getItem(unsentKey);
  sessionStorage.removeItem(unsentKey);
  const drafts = JSON.parse(document.body.dataset.drafts);
  const own = drafts.find((draft) => draft.tab === tab);
  field.value = typed ?? own?.text ?? "";
  claim(typed !== null || own, drafts);
  addEventListener("pagehide", () => {
    if (!unsaved) return;
    navigator.sendBeacon("/api/drafts", new Blob([JSON.stringify(draft())], { type: "application/json" }));
    sessionStorage.setItem(unsentKey, field.value); // a reload may come before the beacon
  });
}

// changed has the draft saved soon.
export function changed() {
  unsaved = true;
  clearTimeout(timer);
  timer = setTimeout(save, delay);
}

// flush saves what is not saved yet.
export async function flush() {
  if (timer) save();
  await saving;
}

// forget drops what is not saved yet, and waits for what is being saved: it would bring the
// draft back.
export async function forget() {
  clearTimeout(timer);
  timer = undefined;
  await saving;
  unsaved = false;
}

// claim makes the tab's name its own, or takes another: a duplicated tab has that of the
// first. Without a draft of its own it takes over the latest of a tab that is closed.
async function claim(filled, drafts) {
  if (!(await lock(tab))) await lock((tab = newName()));
  sessionStorage.setItem("tab", tab);
  if (filled || field.value) return;
  const { held } = await navigator.locks.query();
  const open = new Set(held.map((each) => each.name));
  const left = drafts.find((draft) => !open.has(lockOf(draft.tab)));
  if (!left || field.value) return;
  replaces = left.tab;
  field.value = left.text;
  field.dispatchEvent(new Event("input"));
}

// lock holds the lock of a tab's name while the page is open. It reports whether it was free.
function lock(of) {
  return new Promise((done) => {
    navigator.locks
      .request(lockOf(of), { signal: AbortSignal.timeout(lockWait) }, () => {
        done(true);
        return new Promise(() => {});
      })
      .catch(() => done(false));
  });
}

const draft = () => ({ conversation, tab, text: field.value, ...(replaces !== undefined && { replaces }) });

function save() {
  clearTimeout(timer);
  timer = undefined;
  const now = draft();
  const saved = () => {
    replaces = undefined;
    unsaved &&= field.value !== now.text;
  };
  saving = saving.then(() => post("/api/drafts", now)).then(saved, failed);
}

function newName() {
  return crypto.randomUUID();
}
