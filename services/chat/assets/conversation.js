// Actions on a conversation and its messages: copy, try again, continue, rename, delete.

import { post, request } from "/assets/request.js";
import { scrollToEnd } from "./autoscroll.js";

// messageText returns the source of the message that a button belongs to.
export async function messageText(button) {
  const { message } = button.closest("[data-message]").dataset;
  return (await request("GET", `/api/conversations/${document.body.dataset.conversation}/messages/${message}`)) ?? "";
}

export function start(here, { attempt }) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-retry], [data-dialog], [data-close], [data-dismiss]");
    if (!button) return;
    if (button.dataset.retry) {
      const message = Number(button.closest("[data-message]").dataset.message);
      if (await attempt(() => post(`/api/conversations/${here}/${button.dataset.retry}`, { message }))) scrollToEnd();
    } else if (button.dataset.dialog) {
      document.getElementById("menu").hidePopover();
      open(document.getElementById(button.dataset.dialog));
    } else if (button.dataset.dismiss) {
      if (await attempt(() => request("DELETE", "/api/notice"))) document.getElementById("set-aside").remove();
    } else {
      button.closest("dialog").close("");
    }
  });
  if (!here) return;
  const rename = document.getElementById("rename");
  const title = document.getElementById("new-title");
  rename.addEventListener("close", () => {
    if (rename.returnValue === "rename") attempt(() => post(`/api/conversations/${here}/title`, { title: title.value }));
  });
  const remove = document.getElementById("delete");
  remove.addEventListener("close", () => {
    if (remove.returnValue === "delete") attempt(() => request("DELETE", `/api/conversations/${here}`));
  });
}

function open(dialog) {
  dialog.returnValue = "";
  const title = dialog.querySelector("#new-title");
  if (title) title.value = document.getElementById("title").textContent;
  dialog.showModal();
  title?.select();
}
