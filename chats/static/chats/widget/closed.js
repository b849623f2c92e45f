/** <cc-closed>: nobody is there now; the organisation's own words say when. A message may be left where it is wanted. */

import {html} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {icon, Part} from "./part.js";
import "./start-form.js";

/** `message`: the organisation's words; `begin`: leaves a message, null where none are taken; `form`: what is asked. */
export class Closed extends Part {
  static properties = {message: {}, form: {attribute: false}, begin: {attribute: false}};

  render() {
    const words = this.message || gettext("Chat is closed right now. Please come back later.");
    if (this.begin) {
      return html`<div class="w-message"><div class="w-note"><p>${words}</p><p class="sub">${gettext(
        "Leave us a message: we read it as soon as we open.",
      )}</p></div><cc-start-form message .form=${this.form} .begin=${this.begin}></cc-start-form></div>`;
    }
    const warning = gettext("Never write card numbers or passwords here. We never ask for them.");
    return html`<div class="w-body w-closed">
      <p>${words}</p>
      <p class="note">${icon("shield")}<span>${warning}</span></p>
    </div>`;
  }
}

customElements.define("cc-closed", Closed);
