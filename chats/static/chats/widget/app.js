/** Starts the widget with the configuration in the page. */

import {HostPage} from "./host-page.js";
import {CustomerSession} from "./session.js";
import "./widget.js";

const config = JSON.parse(document.getElementById("page-config").textContent);
const session = new CustomerSession({slug: config.entry_point.slug, limits: config.limits});
const widget = document.createElement("cc-widget");
widget.config = config;
widget.join({session, host: new HostPage(config.parent_origin_list), region: document.getElementById("live")});
session.resume();
document.getElementById("stage").append(widget);
