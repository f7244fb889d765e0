// For pages without a connection of their own: relative times and Copy buttons.
import { enableCopy } from "./copy.js";
import { keepCurrent } from "./time.js";

enableCopy();
keepCurrent();
