/** <cc-over>: what can be done after the end. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {icon, Part} from "./part.js";

/** Fires "cc-rate" and "cc-new". `rated`: thanks instead of the question. `lost`: the chat can't be opened any more. */
export class Over extends Part {
  static properties = {canRate: {type: Boolean}, rated: {type: Boolean}, lost: {type: Boolean}};

  render() {
    return html`
      ${this.lost ? html`<p
        class="note">${icon("alert")}<span>${gettext("This chat can’t be opened any more.")}</span></p>` : nothing}
      ${this.rated ? html`<p class="note w-thanks"
        role="status">${icon("check")}<span>${gettext("Thank you for your rating.")}</span></p>` : nothing}
      ${this.canRate && !this.rated ? html`<button class="btn wide" type="button"
        @click=${() => this.#fire("cc-rate")}>${icon("star")}${gettext("Rate this chat")}</button>` : nothing}
      <button class="btn primary wide" type="button"
        @click=${() => this.#fire("cc-new")}>${icon("chat")}${gettext("Start a new chat")}</button>`;
  }

  #fire(name) {
    this.dispatchEvent(new CustomEvent(name, {bubbles: true}));
  }
}

customElements.define("cc-over", Over);
