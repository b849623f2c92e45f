/** What every component of desk and widget is: without a shadow, so that the page's style sheets reach its insides. */

import {html, LitElement} from "../../contactcenter/vendor/lit.js";

/** Base of components in light DOM. */
export class LightElement extends LitElement {
  createRenderRoot() {
    return this;
  }
}

/** The icon `name` of the page's sprite; decoration, so the words beside it must say the same. `small` is 14 px, else 18. */
export function mark(name, {small = false} = {}) {
  return html`<svg class=${small ? "i i-s" : "i"} aria-hidden="true"><use href=${`#i-${name}`}></use></svg>`;
}
