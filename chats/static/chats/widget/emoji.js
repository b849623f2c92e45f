/** <cc-emoji>: a small choice of pictures for the text. Their names are read by the screen reader itself. */

import {html} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {Part} from "./part.js";

const CHOICE = [..."🙂😊😄😉😍🤔😕😟😢😡👍👎👏🙏💪👋✅❌❓❗⭐🎉📦🏠"];
const COLUMNS = 6;

/** Fires "cc-pick" (detail {emoji}) and "cc-emoji-close". Arrow keys walk, Escape closes. */
export class Emoji extends Part {
  render() {
    return html`<div class="w-emoji" role="group" aria-label=${gettext("Emoji")} @keydown=${this.#key}
      @click=${this.#pick}>
      ${CHOICE.map((emoji, n) => html`<button type="button" tabindex=${n === 0 ? "0" : "-1"}
        data-emoji=${emoji}>${emoji}</button>`)}
    </div>`;
  }

  firstUpdated() {
    this.querySelector("button").focus();
  }

  #pick(event) {
    const {emoji} = event.target.dataset;
    if (emoji) this.dispatchEvent(new CustomEvent("cc-pick", {bubbles: true, detail: {emoji}}));
  }

  #key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.dispatchEvent(new CustomEvent("cc-emoji-close", {bubbles: true}));
      return;
    }
    const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS}[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.querySelectorAll("button")];
    buttons[buttons.indexOf(event.target) + step]?.focus();
  }
}

customElements.define("cc-emoji", Emoji);
