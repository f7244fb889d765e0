// The script of the Chat's page.

import { announce } from "/assets/announce.js";
import { enableCopy } from "/assets/copy.js";
import { connect } from "/assets/events.js";
import { morph, parse } from "/assets/morph.js";
import { keepCurrent } from "/assets/time.js";
import * as autoscroll from "./autoscroll.js";
import * as composer from "./composer.js";
import * as conversation from "./conversation.js";
import * as settings from "./settings.js";
import * as setup from "./setup.js";
import * as thread from "./thread.js";

const here = document.body.dataset.conversation;
const gone = document.getElementById("gone");

autoscroll.start();
keepCurrent();
enableCopy({ message: conversation.messageText });
composer.start(here);
conversation.start(here, composer);
settings.start(composer);
setup.start();
composer.setBusy(thread.isWriting());

connect(() => `/api/events?conversation=${encodeURIComponent(here)}`, {
  list: ({ html }) => morph(document.getElementById("list"), parse(html)),
  thread({ title, html }) {
    const before = thread.isWriting();
    thread.show(html);
    document.getElementById("title").textContent = title;
    document.title = `${title} – Chat`;
    const now = thread.isWriting();
    composer.setBusy(now);
    if (before && !now) announce(thread.outcome());
    if (!before && now) announce("An answer is being written.");
  },
  growth: thread.grow,
  gone: () => location.replace("/"),
  trouble: composer.showProblem,
}, {
  lost: () => (gone.hidden = false),
  back: () => (gone.hidden = true),
  neededWhileHidden: thread.isWriting, // for its end to be announced
});

autoscroll.scrollToEnd();
