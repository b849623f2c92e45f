/** What every component of the widget shares: light DOM, icons of the page's sprite. */

import {html, LitElement, nothing} from "../../contactcenter/vendor/lit.js";

/** A component without a shadow: the page's style sheets reach its insides. */
export class Part extends LitElement {
  createRenderRoot() {
    return this;
  }
}

/** A picture from the sprite in the page; decoration, so the words beside it must say the same. */
export function icon(name, {small = false} = {}) {
  return html`<svg class=${small ? "i i-s" : "i"} aria-hidden="true"><use href=${`#i-${name}`}></use></svg>`;
}

/** An ARIA state that is always told: "true" or "false". */
export function told(state) {
  return state ? "true" : "false";
}

/** An ARIA state that is only told when it holds. */
export function toldIf(state) {
  return state ? "true" : nothing;
}
