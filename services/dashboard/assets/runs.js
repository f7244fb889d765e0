// The page of the platform's workflows: updated in place while it is open, filtered as the
// user types.
import "/assets/static-page.js";
import { connect } from "/assets/events.js";
import { morph } from "/assets/morph.js";
import * as problems from "/assets/problem.js";
import { updateAll } from "/assets/time.js";
import { say } from "/assets/words.js";
import * as computer from "./computer.js";

const typingTime = 200; // ms without a key after which the filter takes effect

const live = document.getElementById("live");
const gone = document.getElementById("gone");
let query = location.search.slice(1);
let typing;

const reconnect = connect(() => `/api/runs?${query}`, {
  page({ html }) {
    gone.hidden = true;
    morph(live, new DOMParser().parseFromString(html, "text/html").body);
    updateAll(live);
    computer.show();
  },
  usage: computer.take,
}, {
  lost() {
    gone.replaceChildren(...problems.elements({
      what: say("The Dashboard does not answer any more."),
      now: say("What follows was last known and may have changed. This page comes back by itself."),
    }));
    gone.hidden = false;
  },
  back: () => (gone.hidden = true),
});

// chosen is what the filter says; the form comes and goes with the database.
function chosen() {
  const form = document.getElementById("filters");
  return form && new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
}

function filter() {
  clearTimeout(typing);
  query = chosen(); // from the first page
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
  reconnect();
}

live.addEventListener("submit", (event) => {
  event.preventDefault();
  filter();
});
live.addEventListener("change", filter);
live.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(filter, typingTime);
});

const asked = new URLSearchParams(query);
asked.delete("page");
if (chosen() !== null && chosen() !== asked.toString()) filter(); // chosen while this script was loading
