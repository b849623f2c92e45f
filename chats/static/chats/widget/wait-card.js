/** <cc-wait-card>: the place in the queue, and a range of minutes with what it was learnt from; never a promise. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {Part} from "./part.js";

/** `again`: someone of the house was there before. */
export class WaitCard extends Part {
  static properties = {position: {type: Number}, wait: {attribute: false}, again: {type: Boolean}};

  render() {
    return html`
      ${this.position
        ? html`<span class="wait-pos"><span class="meta">${gettext("Your place")}</span><b
          class="num">${this.position}</b></span>`
        : nothing}
      <span class="wait-txt"><b>${waitWords(this.wait)}</b>${this.#source()}<span class="sub">${this.#advice()}</span></span>
    `;
  }

  #source() {
    const samples = this.wait?.samples ?? 0;
    if (!samples) return nothing;
    const words = ngettext("Estimated from the last %(n)s chat", "Estimated from the last %(n)s chats", samples);
    return html`<span class="sub">${interpolate(words, {n: samples})}</span>`;
  }

  #advice() {
    return this.again
      ? gettext("The next person reads what you both wrote.")
      : gettext("You can write already; the person who takes over reads everything.");
  }
}

customElements.define("cc-wait-card", WaitCard);

/** A range in minutes {low, high} as words; without one only that one waits. */
export function waitWords(wait) {
  if (!wait || wait.high == null) return gettext("You are in line");
  const high = Math.ceil(wait.high);
  const low = Math.floor(wait.low ?? 0);
  if (high < 1 || (high === 1 && low === 0)) return gettext("Less than a minute");
  if (low === 0) return interpolate(ngettext("Up to %(high)s minute", "Up to %(high)s minutes", high), {high});
  if (low === high) return interpolate(ngettext("About %(high)s minute", "About %(high)s minutes", high), {high});
  return interpolate(gettext("About %(low)s to %(high)s minutes"), {low, high});
}
