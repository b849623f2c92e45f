/** <cc-head>: who is on the other side, and what can be done with the chat as a whole. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {initials} from "../shared/format.js";
import {gettext} from "../shared/words.js";
import {icon, Part, told} from "./part.js";

/**
 * `face` {icon} or {initials of a name}, `heading`, `sub`. `languages`: the codes on offer, `language` the present one.
 * Fires "cc-language" (detail {language}), "cc-menu" and "cc-minimise".
 */
export class Head extends Part {
  static properties = {
    face: {attribute: false},
    heading: {},
    sub: {},
    language: {},
    languages: {attribute: false},
    withMenu: {type: Boolean},
    menuOpen: {type: Boolean},
    framed: {type: Boolean},
  };

  constructor() {
    super();
    this.menuOpen = false;
  }

  render() {
    return html`<header class="w-head">
      <span class="w-ava" aria-hidden="true">${this.#face()}</span>
      <span class="grow"><h1 class="cut block w-who">${this.heading}</h1><span
        class="w-sub cut block">${this.sub}</span></span>
      ${this.#otherLanguage()}
      ${this.withMenu ? this.#button("cc-menu", "dots", gettext("More: sound, end chat"), this.menuOpen) : nothing}
      ${this.framed ? this.#button("cc-minimise", "down", gettext("Minimise")) : nothing}
    </header>`;
  }

  #face() {
    if (this.face.name) return html`<span class="avatar me">${initials(this.face.name)}</span>`;
    return icon(this.face.icon);
  }

  #otherLanguage() {
    const {languages} = this;
    if (languages.length < 2) return nothing;
    const next = languages[(languages.indexOf(this.language) + 1) % languages.length];
    return html`<button class="w-btn w-lang" type="button" lang=${next} aria-label=${endonym(next)}
      @click=${() => this.#fire("cc-language", {language: next})}>${next.toUpperCase()}</button>`;
  }

  #button(event, picture, label, expanded) {
    const state = expanded === undefined ? nothing : told(expanded);
    return html`<button class="w-btn" type="button" aria-label=${label} aria-expanded=${state}
      @click=${() => this.#fire(event)}>${icon(picture)}</button>`;
  }

  #fire(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, {bubbles: true, detail}));
  }
}

customElements.define("cc-head", Head);

/** A language's name in itself: Deutsch. */
function endonym(code) {
  const name = new Intl.DisplayNames([code], {type: "language"}).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}
