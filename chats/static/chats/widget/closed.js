/** <cc-closed>: nobody is there now; the organisation's own words say when. */

import {html} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {icon, Part} from "./part.js";

export class Closed extends Part {
  static properties = {message: {}};

  render() {
    const warning = gettext("Never write card numbers or passwords here. We never ask for them.");
    return html`<div class="w-body w-closed">
      <p>${this.message || gettext("Chat is closed right now. Please come back later.")}</p>
      <p class="note">${icon("shield")}<span>${warning}</span></p>
    </div>`;
  }
}

customElements.define("cc-closed", Closed);
