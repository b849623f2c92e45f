// Starts the desk: configuration of the page, wire, store, page.

import {findCards} from "../shared/cards.js";
import {Wire} from "../shared/wire.js";
import "./app.js";
import {clock} from "./clock.js";
import {Drafts} from "./drafts.js";
import {Notices} from "./notices.js";
import {openOnGesture} from "./sounds.js";
import {DeskStore} from "./store.js";

const config = JSON.parse(document.getElementById("page-config").textContent);
const desk = document.querySelector("cc-desk");
const hello = () => ({after: store.follower.cursors(), take_over: Boolean(desk.takingOver)});
const wire = new Wire({path: "/ws/desk/", hello});
const store = new DeskStore({wire, config, drafts: new Drafts(findCards)});

clock.source = () => wire.now();
wire.addEventListener("ready", () => {
  desk.takingOver = false;
});
desk.store = store;
desk.notices = new Notices(store);
openOnGesture();
wire.start();
