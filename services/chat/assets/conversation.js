// Actions on a conversation and its messages: copy, edit, try again, continue, other
// versions, leave out, rename, delete.

import { announce } from "/assets/announce.js";
import { post, request } from "/assets/request.js";
import { scrollToEnd } from "./autoscroll.js";
import * as edit from "./edit.js";
import * as options from "./options.js";
import * as server from "./server.js";

const idOf = (button) => Number(button.closest("[data-message]").dataset.message);

// messageText returns the source of the message that a button belongs to.
export async function messageText(button) {
  return (await request("GET", `/api/conversations/${document.body.dataset.conversation}/messages/${idOf(button)}`)) ?? "";
}

export function start(here, { attempt }) {
  const of = (what) => `/api/conversations/${here}/${what}`;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-retry], [data-start-server], [data-edit], [data-version], [data-omit], [data-shorten], [data-delete], [data-dialog], [data-close], [data-dismiss]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    if (button.dataset.retry) {
      if (await attempt(() => post(of(button.dataset.retry), { message: idOf(button) }))) scrollToEnd();
    } else if ("startServer" in button.dataset) {
      if (!button.closest("#thread")) return; // see setup.js
      if (await attempt(async () => {
        await server.start(button);
        await post(of("again"), { message: idOf(button) });
      })) scrollToEnd();
    } else if ("edit" in button.dataset) {
      edit.begin(button.closest(".message"), here, attempt);
    } else if (button.dataset.version) {
      attempt(() => post(of("version"), { message: Number(button.dataset.version) }));
    } else if (button.dataset.omit) {
      attempt(() => post(of("omit"), { messages: [idOf(button)], omitted: button.dataset.omit === "true" }));
    } else if ("shorten" in button.dataset) {
      attempt(() => post(of("shorten")));
    } else if ("delete" in button.dataset) {
      document.getElementById("menu").hidePopover();
      attempt(() => request("DELETE", `/api/conversations/${here}`));
    } else if (button.dataset.dialog) {
      document.getElementById("menu").hidePopover();
      open(button.dataset.dialog);
    } else if (button.dataset.dismiss) {
      if (await attempt(() => request("DELETE", "/api/notice"))) document.getElementById("set-aside").remove();
    } else {
      button.closest("dialog").close("");
    }
  });
  const rename = document.getElementById("rename");
  rename?.addEventListener("close", () => {
    if (rename.returnValue === "rename") attempt(() => post(of("title"), { title: document.getElementById("new-title").value }));
  });
}

// editLast edits the last message of the user.
export const editLast = () => [...document.querySelectorAll("[data-edit]")].at(-1)?.click();

// copyLast copies the last answer.
export function copyLast() {
  const button = [...document.querySelectorAll("[data-copy=message]")].at(-1);
  button?.click();
  if (button) announce("Copied.");
}

// open opens a dialog of the page.
export function open(id) {
  const dialog = document.getElementById(id);
  dialog.returnValue = "";
  options.prepare();
  const title = dialog.querySelector("#new-title");
  if (title) title.value = document.getElementById("title").textContent;
  dialog.showModal();
  title?.select();
}
