// Edits a message that was sent: the edited text is sent as another version.

import { post } from "/assets/request.js";
import { scrollToEnd } from "./autoscroll.js";

// begin makes a message of the user editable in place.
export function begin(article, here, attempt) {
  const place = article.querySelector(".edit");
  if (!place.hidden) return;
  const editor = document.createElement("form");
  editor.className = "editor";
  const text = document.createElement("textarea");
  text.value = article.querySelector(".said").textContent;
  text.rows = Math.min(12, text.value.split("\n").length + 1);
  text.setAttribute("aria-label", "Edit the message");
  const send = button("Send again", "submit", "small primary");
  const cancel = button("Cancel", "button", "small");
  const actions = document.createElement("div");
  actions.className = "actions";
  actions.append(cancel, send);
  editor.append(text, actions);
  place.replaceChildren(editor);
  place.hidden = false;
  text.focus();

  const end = () => {
    place.hidden = true;
    place.replaceChildren();
    document.getElementById("text").focus();
  };
  cancel.addEventListener("click", end);
  editor.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      end();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      editor.requestSubmit();
    }
  });
  editor.addEventListener("submit", async (event) => {
    event.preventDefault();
    const message = Number(article.dataset.message);
    if (await attempt(() => post(`/api/conversations/${here}/edit`, { message, text: text.value }))) {
      end();
      scrollToEnd();
    }
  });
}

function button(words, type, className) {
  const made = document.createElement("button");
  made.type = type;
  made.className = className;
  made.textContent = words;
  return made;
}
