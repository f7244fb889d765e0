// The list of conversations: search, older ones, and what was deleted.

import { announce } from "/assets/announce.js";
import { morph, parse } from "/assets/morph.js";
import { post, request } from "/assets/request.js";

const list = document.getElementById("list");
const search = document.getElementById("search");
const here = document.body.dataset.conversation;
const searchDelay = 150; // ms without a key before it is searched

let latest = ""; // HTML of the list without a search
let listed = ""; // how many to list
let timer;
let asked = 0; // searches; answers to earlier ones are ignored

// length is how many conversations the list shall have, for the event stream.
export const length = () => listed;

export function start({ attempt }, reconnect) {
  latest = list.innerHTML;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, searchDelay);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("a")?.click();
    if (event.key === "Escape" && search.value) {
      event.preventDefault();
      search.value = "";
      find();
    }
  });
  list.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.more) {
      listed = button.dataset.more;
      reconnect();
    } else if (button.dataset.restore) {
      const id = button.dataset.restore;
      if (await attempt(() => post(`/api/conversations/${id}/restore`))) location.assign(`/c/${id}`);
    } else if ("purge" in button.dataset) {
      attempt(() => request("DELETE", "/api/deleted"));
    }
  });
}

// show shows the list that the service sent, unless something is searched for.
export function show(html) {
  latest = html;
  if (search.value.trim()) find();
  else morph(list, parse(html));
}

// focus moves to the search.
export function focus() {
  const side = document.getElementById("side");
  if (!side.checkVisibility()) side.showPopover();
  search.focus();
  search.select();
}

async function find() {
  const query = search.value.trim();
  const request_ = ++asked;
  if (!query) {
    morph(list, parse(latest));
    return;
  }
  let found;
  try {
    found = await request("GET", `/api/search?q=${encodeURIComponent(query)}&conversation=${here}`);
  } catch {
    return; // the page says that the Chat is gone
  }
  if (request_ !== asked) return;
  morph(list, parse(found.html));
  announce(found.found === 1 ? "1 conversation found." : `${found.found} conversations found.`);
}
