// The review: interrupted workflows are run again from here, and what becomes of them
// is shown while the page is open.
import "/dashboard/plain.js";
import { morph } from "/assets/morph.js";
import { show } from "/assets/time.js";
import { connect } from "/dashboard/connection.js";
import { hide, refuse, sentence } from "/dashboard/actions.js";

const section = document.getElementById("interrupted");
let seen; // the states of the services when the section was last asked for
let updated = Promise.resolve(); // once all that was asked for is shown

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-again]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  const workflow = button.closest(".workflow");
  button.setAttribute("aria-disabled", "true");
  hide(workflow);
  const why = await post(workflow.dataset);
  if (why) {
    button.removeAttribute("aria-disabled");
    refuse(workflow, [`${workflow.dataset.name} was not run again.`, sentence(why), "Try again, or run its command yourself."]);
  } else {
    await update();
  }
});

// post asks for one workflow, and returns why it was refused.
async function post({ source, id }) {
  try {
    const response = await fetch(`/api/workflows/${encodeURIComponent(source)}/${encodeURIComponent(id)}/again`, { method: "POST" });
    return response.ok ? "" : (await response.json()).error;
  } catch {
    return "The Dashboard does not answer.";
  }
}

// update shows the section as it is now, after what was asked for before.
function update() {
  updated = updated.then(refresh).catch(() => {}); // a Dashboard that is gone is asked again by the next status
  return updated;
}

async function refresh() {
  const response = await fetch(location.pathname);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("interrupted");
  morph(section, fresh);
  for (const time of section.querySelectorAll("time[data-time]")) show(time);
}

if (section?.querySelector(".workflow")) {
  connect(() => "/api/events", {
    status({ services }) {
      const states = services.map(({ name, state }) => `${name} ${state}`).join();
      if (states !== seen) update();
      seen = states;
    },
  }, { gone() {}, back() {} });
}
