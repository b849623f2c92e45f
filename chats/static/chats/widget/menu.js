/** <cc-menu>: sound and the end of the chat; ending asks once, in place. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {icon, Part, told, toldIf} from "./part.js";

/** Fires "cc-sound", "cc-leave" and "cc-menu-close". `busy`: leaving is under way; `failed`: it didn't work. */
export class Menu extends Part {
  static properties = {
    sound: {type: Boolean},
    busy: {type: Boolean},
    failed: {type: Boolean},
    asking: {state: true},
  };

  render() {
    return html`<div class="w-menu" @keydown=${this.#key}>${this.asking ? this.#question() : this.#items()}</div>`;
  }

  firstUpdated() {
    this.querySelector("button").focus();
  }

  updated(changed) {
    if (changed.has("asking") && this.asking) this.querySelector("button").focus();
  }

  #items() {
    return html`
      <button class="menu-item" type="button" role="switch" aria-checked=${told(this.sound)}
        @click=${() => this.#fire("cc-sound")}>
        ${icon(this.sound ? "bell" : "belloff")}${this.sound ? gettext("Sound is on") : gettext("Sound is off")}
      </button>
      <button class="menu-item" type="button"
        @click=${() => { this.asking = true; }}>${icon("end")}${gettext("End chat")}</button>`;
  }

  #question() {
    return html`<div class="w-ask" role="group" aria-label=${gettext("End chat")}>
      <p>${gettext("End the chat? Nobody can write afterwards.")}</p>
      ${this.failed ? html`<p class="err"
        role="alert">${icon("alert", {small: true})}${gettext("That didn’t work. Try again.")}</p>` : nothing}
      <div class="w-row">
        <button class="btn" type="button"
          @click=${() => this.#fire("cc-menu-close")}>${gettext("Keep talking")}</button>
        <button class="btn danger" type="button" aria-disabled=${toldIf(this.busy)}
          @click=${() => this.busy || this.#fire("cc-leave")}>${gettext("End chat")}</button>
      </div>
    </div>`;
  }

  #key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#fire("cc-menu-close");
  }

  #fire(name) {
    this.dispatchEvent(new CustomEvent(name, {bubbles: true}));
  }
}

customElements.define("cc-menu", Menu);
