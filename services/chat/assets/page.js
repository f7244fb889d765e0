// The script of the Chat's page.

import { announce } from "/assets/announce.js";
import { enableCopy } from "/assets/copy.js";
import { connect } from "/assets/events.js";
import { morph, parse } from "/assets/morph.js";
import { keepCurrent } from "/assets/time.js";
import * as autoscroll from "./autoscroll.js";
import * as code from "./code.js";
import * as composer from "./composer.js";
import * as conversation from "./conversation.js";
import * as keyboard from "./keyboard.js";
import * as list from "./list.js";
import * as options from "./options.js";
import * as settings from "./settings.js";
import * as setup from "./setup.js";
import * as thread from "./thread.js";
import * as workflow from "./workflow.js";

const here = document.body.dataset.conversation;
const gone = document.getElementById("gone");

autoscroll.start();
keepCurrent();
enableCopy({ message: conversation.messageText, workflow: workflow.fileOf });
options.start(composer);
composer.start(here);
conversation.start(here, composer);
workflow.start(composer);
settings.start(composer);
setup.start();
keyboard.start(conversation);
composer.setBusy(thread.isWriting());
code.color(document.getElementById("thread"));

const reconnect = connect(() => `/api/events?conversation=${encodeURIComponent(here)}&listed=${list.length()}&shown=${thread.length()}`, {
  list: ({ html }) => list.show(html),
  thread({ title, options: now, html }) {
    const before = thread.isWriting();
    thread.show(html);
    options.show(now);
    document.getElementById("title").textContent = title;
    document.title = `${title} – Chat`;
    const writing = thread.isWriting();
    composer.setBusy(writing);
    if (before && !writing) announce(thread.outcome());
    if (!before && writing) announce("An answer is being written.");
  },
  growth: thread.grow,
  gone: () => location.replace("/"),
  trouble: composer.showProblem,
}, {
  lost: () => (gone.hidden = false),
  back: () => (gone.hidden = true),
  neededWhileHidden: thread.isWriting, // for its end to be announced
});

list.start(composer, reconnect);
autoscroll.scrollToEnd();
thread.start(reconnect);
