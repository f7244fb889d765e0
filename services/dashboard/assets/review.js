// The review page: says that the user has seen it, runs interrupted workflows again, and
// shows their state while the page is open.
import "/assets/static-page.js";
import { connect } from "/assets/events.js";
import { morph } from "/assets/morph.js";
import { updateAll } from "/assets/time.js";
import { attempt, isEnabled } from "./actions.js";

const section = document.getElementById("interrupted");
let shownStates; // of the services, when the section was last fetched
let updated = Promise.resolve(); // resolves when all updates so far are shown

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-again]");
  if (!isEnabled(button)) return;
  const workflow = button.closest(".workflow");
  const { source, id } = workflow.dataset;
  if (await attempt(workflow, button, `/api/workflows/${encodeURIComponent(source)}/${encodeURIComponent(id)}/again`)) update();
});

// A page that was loaded in advance, or in a hidden tab, was not seen yet.
if (section) {
  const seen = () => {
    if (document.hidden || document.prerendering) return;
    document.removeEventListener("visibilitychange", seen);
    fetch("/api/reviewed", { method: "POST" }).catch(() => {}); // then the reminder stays
  };
  document.addEventListener("visibilitychange", seen);
  document.addEventListener("prerenderingchange", seen);
  seen();
}

// update fetches and shows the section, after the updates before.
function update() {
  updated = updated.then(refresh).catch(() => {}); // without an answer the next status tries again
}

async function refresh() {
  const response = await fetch(location.pathname);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("interrupted");
  morph(section, fresh);
  updateAll(section);
}

if (section?.querySelector(".workflow")) {
  connect(() => "/api/events", {
    status({ services }) {
      const states = services.map(({ name, state }) => `${name} ${state}`).join();
      if (states !== shownStates) update();
      shownStates = states;
    },
  });
}
