// Keys for the whole page. Those of the message and of the search are with them.

import * as list from "./list.js";

export function start({ editLast, copyLast, open }) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const control = (event.ctrlKey || event.metaKey) && !event.altKey;
    const field = event.target.closest?.("input, textarea, select");
    let handle;
    if (control && event.shiftKey && event.code === "KeyO") handle = () => location.assign("/");
    else if (control && !event.shiftKey && event.code === "KeyK") handle = list.focus;
    else if (event.altKey && event.shiftKey && event.code === "KeyC") handle = copyLast;
    else if (event.key === "ArrowUp" && event.target.id === "text" && !event.target.value) handle = editLast;
    else if (event.key === "?" && (!field || (field.id === "text" && !field.value && control))) handle = () => open("keyboard");
    else if (event.key === "/" && control) handle = () => open("keyboard");
    if (!handle) return;
    event.preventDefault();
    handle();
  });
}
