// The crash report of a service: updated in place while it is open, copied as text.
import { enableCopy } from "/assets/copy.js";
import { connect } from "/assets/events.js";
import { morph } from "/assets/morph.js";
import * as problems from "/assets/problem.js";
import { request } from "/assets/request.js";
import { keepCurrent, updateAll } from "/assets/time.js";
import { say } from "/assets/words.js";
import * as actions from "./actions.js";

const live = document.getElementById("live");
const gone = document.getElementById("gone");
const service = encodeURIComponent(live.dataset.service);

function showEnd() {
  const log = live.querySelector(".log");
  if (log) log.scrollTop = log.scrollHeight;
}

showEnd();
enableCopy({ report: () => request("GET", `/services/${service}/crash.txt`) });
keepCurrent();
actions.start();
connect(() => `/api/services/${service}/crash`, {
  page({ html }) {
    gone.hidden = true;
    const lines = live.querySelectorAll(".log-line").length;
    morph(live, new DOMParser().parseFromString(html, "text/html").body);
    updateAll(live);
    if (live.querySelectorAll(".log-line").length !== lines) showEnd();
  },
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
