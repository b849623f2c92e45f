// Starts the desk: configuration of the page, wire, store, page.

import {Wire} from "../shared/wire.js";
import "./app.js";
import {clock} from "./clock.js";
import {Drafts} from "./drafts.js";
import {Notices} from "./notices.js";
import {openOnGesture} from "./sounds.js";
import {DeskStore} from "./store.js";

const config = JSON.parse(document.getElementById("page-config").textContent);
const desk = document.querySelector("cc-desk");
const DESK_ALIVE = 40_000; // ms for which the server believes that a desk it no longer hears is still there
let heardAt = 0; // by the wall clock, which goes on while the computer sleeps

/** Had this page the desk until a moment ago? Then what the server believes alive is this page's own dead connection. */
const mine = () => Date.now() - heardAt < DESK_ALIVE;
const hello = () => ({after: store.follower.cursors(), take_over: Boolean(desk.takingOver) || mine()});
const wire = new Wire({path: "/ws/desk/", hello});
const store = new DeskStore({wire, config, drafts: new Drafts()});

clock.source = () => wire.now();
wire.addEventListener("ready", () => {
  desk.takingOver = false;
});
wire.addEventListener("frame", () => {
  heardAt = Date.now();
});
wire.addEventListener("status", ({detail}) => {
  if (detail.state === "closed") heardAt = 0;
});
desk.store = store;
desk.notices = new Notices(store);
openOnGesture();
wire.start();
