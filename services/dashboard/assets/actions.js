// The buttons of the services: each posts one request, and says in the card when
// it was refused.

const verbs = { start: "started", stop: "stopped", restart: "restarted", move: "moved" };
const memory = 15_000; // how long a request explains that the Dashboard is silent
let asked = { action: null, at: 0 }; // what the user last asked of the Dashboard itself

// askedOfSelf is "stop", "restart" or null: why the Dashboard may be silent now.
export const askedOfSelf = () => (Date.now() - asked.at < memory ? asked.action : null);

export function listen() {
  document.addEventListener("click", startAll);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-action]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const card = button.closest("[data-service]");
    const { action, port } = button.dataset;
    const self = "self" in card.dataset;
    if (self && action === "stop" && !(await confirmStop())) return;
    if (self) asked = { action, at: Date.now() };
    const refused = await post(card, button, action, port);
    if (self && refused) asked.action = null;
  });
}

function confirmStop() {
  const dialog = document.getElementById("stop-self");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "stop"), { once: true }),
  );
}

// post sends the request. The button waits for the next news of the service, which
// write it anew; it reports whether the request was refused.
async function post(card, button, action, port) {
  const { service, title } = card.dataset;
  button.setAttribute("aria-disabled", "true");
  hide(card);
  let why = "";
  try {
    const response = await fetch(`/api/services/${encodeURIComponent(service)}/${[action, port].filter(Boolean).join("/")}`, { method: "POST" });
    if (response.ok) {
      setTimeout(() => card.dispatchEvent(new CustomEvent("settle", { bubbles: true })), 5000);
      return false;
    }
    why = (await response.json()).error;
  } catch {
    if ("self" in card.dataset) return false; // it may have gone faster than it could answer
    why = "The Dashboard does not answer.";
  }
  button.removeAttribute("aria-disabled");
  refuse(card, [`${title} was not ${verbs[action]}.`, sentence(why), "Try again. If it is refused again, its log may tell more."]);
  return true;
}

// startAll starts what was not started since the last sessions did not end well. The next
// news take the button away.
async function startAll(event) {
  const button = event.target.closest("[data-start-all]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  const section = button.closest("section");
  button.setAttribute("aria-disabled", "true");
  hide(section);
  let why = "The Dashboard does not answer.";
  try {
    const response = await fetch("/api/start", { method: "POST" });
    if (response.ok) return;
    why = (await response.json()).error;
  } catch {}
  button.removeAttribute("aria-disabled");
  refuse(section, ["Nothing was started.", sentence(why), "Try again, or start each service by itself."]);
}

// refuse says in a card, in three parts, why what it was asked for was not done.
export function refuse(card, parts) {
  const box = card.querySelector(".refusal");
  box.replaceChildren(
    ...["what", "why", "now"].map((part, i) => {
      const line = document.createElement("p");
      line.className = part;
      line.textContent = parts[i];
      return line;
    }),
  );
  const close = document.createElement("button");
  close.type = "button";
  close.className = "small";
  close.textContent = "Dismiss";
  close.addEventListener("click", () => {
    hide(card);
    card.querySelector("[data-action], [data-again], [data-start-all]").focus();
  });
  box.append(close);
  box.hidden = false;
}

export const hide = (card) => (card.querySelector(".refusal").hidden = true);

// sentence gives words that came from a program a capital and a full stop.
export function sentence(words) {
  const text = words.trim();
  return text && text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
