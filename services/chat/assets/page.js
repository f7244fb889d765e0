// The Chat's page: ties its parts together.

import { morph, parse } from "/assets/morph.js";
import { keep } from "/assets/time.js";
import { announce } from "./announce.js";
import * as composer from "./composer.js";
import * as conversation from "./conversation.js";
import "./copy.js";
import { follow, toLatest } from "./follow.js";
import { connect } from "./live.js";
import * as settings from "./settings.js";
import * as setup from "./setup.js";
import * as thread from "./thread.js";

const here = document.body.dataset.conversation;
const gone = document.getElementById("gone");

follow();
keep();
composer.start(here);
conversation.start(here, composer);
settings.start(composer);
setup.start();
composer.writing(thread.writing());

connect(here, thread.writing, {
  list: ({ html }) => morph(document.getElementById("list"), parse(html)),
  thread({ title, html }) {
    const before = thread.writing();
    thread.show(html);
    document.getElementById("title").textContent = title;
    document.title = `${title} – Chat`;
    const now = thread.writing();
    composer.writing(now);
    if (before && !now) announce(thread.outcome());
    if (!before && now) announce("An answer is being written.");
  },
  growth: thread.grow,
  gone: () => location.replace("/"),
  trouble: composer.trouble,
  lost: () => (gone.hidden = false),
  back: () => (gone.hidden = true),
});

toLatest();
