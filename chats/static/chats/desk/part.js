// What every component of the desk shares: light DOM (the page's style sheets apply), icons, events that bubble.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {LightElement} from "../shared/light.js";

/** Base of the desk's components: properties in, events out, no shadow root. */
export class Part extends LightElement {
  /** Tells the elements above that something was asked for; `detail` says what. */
  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, {detail, bubbles: true, composed: true}));
  }

  /** Moves the focus to the first match of `selector` in this component, after what is pending was rendered. */
  async focusOn(selector) {
    await this.updateComplete;
    this.querySelector(selector)?.focus();
  }
}

/** The icon `name` of the page's sprite; decoration, so never named. `small` is 14 px, else 18 px. */
export function icon(name, small = false) {
  return html`<svg class=${small ? "i i-s" : "i"} aria-hidden="true"><use href=${`#i-${name}`}></use></svg>`;
}

/** The shape of a state (available, idle, rona, offline); the word stands beside it or in an sr text. */
export function glyph(state) {
  return html`<svg class="glyph" aria-hidden="true"><use href=${`#g-${state}`}></use></svg>`;
}

/** The text with the first place that matches `query` marked; the whole text if there is none. */
export function marked(text, query) {
  const at = query ? text.toLocaleLowerCase().indexOf(query.toLocaleLowerCase()) : -1;
  if (at < 0) return text;
  return html`${text.slice(0, at)}<mark>${text.slice(at, at + query.length)}</mark>${text.slice(at + query.length)}`;
}

/** A button that stays in its place when it can't be used: `why` is then its reason, read out and shown. */
export function action({
  label,
  name,
  kind = "",
  why = "",
  onClick,
  popup = "",
  expanded = null,
  wide = true,
  busy = false,
}) {
  const blocked = Boolean(why) || busy;
  return html`<button
    class=${`btn ${why ? "" : kind}`}
    type="button"
    aria-label=${why ? `${label}. ${why}` : label}
    title=${why || (wide ? nothing : label)}
    aria-disabled=${blocked ? "true" : nothing}
    aria-haspopup=${popup || nothing}
    aria-expanded=${expanded === null ? nothing : String(expanded)}
    @click=${blocked ? nothing : onClick}>
    ${icon(name)}<span class="wide-only">${label}</span>
  </button>`;
}
