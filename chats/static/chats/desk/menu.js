// A menu button: radios, checks, links and notes in a list that opens under it.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {Part, glyph, icon} from "./part.js";

const ROLES = {radio: "menuitemradio", check: "menuitemcheckbox"};

/**
 * `items`: {kind: "radio|check|item|title|line|note", label, checked, icon, state, href, lang, key, act, stay}. Choosing calls
 * `act` and closes, unless `stay`. A "note" with `bad` is a refusal; while there is one the menu stays open.
 */
class Menu extends Part {
  static properties = {
    label: {},
    face: {attribute: false},
    items: {attribute: false},
    look: {},
    right: {type: Boolean},
    blocked: {type: Boolean},
    isOpen: {state: true},
  };

  constructor() {
    super();
    this.isOpen = false;
    this.items = [];
    this.look = "btn quiet icon";
  }

  connectedCallback() {
    super.connectedCallback();
    this.outside = (event) => {
      if (this.isOpen && !this.contains(event.target)) this.isOpen = false;
    };
    addEventListener("pointerdown", this.outside);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("pointerdown", this.outside);
  }

  /** Opens with the focus on the chosen or first entry. */
  async open() {
    if (this.blocked) return;
    this.isOpen = true;
    await this.updateComplete;
    const checked = this.querySelector('[role^="menuitem"][aria-checked="true"]');
    (checked ?? this.querySelector('[role^="menuitem"]'))?.focus();
  }

  close() {
    const inside = this.contains(document.activeElement);
    this.isOpen = false;
    if (inside) this.querySelector("button").focus();
  }

  keyed(event) {
    const entries = [...this.querySelectorAll('[role^="menuitem"]')];
    const at = entries.indexOf(document.activeElement);
    const steps = {ArrowDown: at + 1, ArrowUp: at - 1 + entries.length, Home: 0, End: entries.length - 1};
    if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.stopPropagation();
      this.close();
    } else if (event.key in steps && entries.length) {
      event.preventDefault();
      entries[steps[event.key] % entries.length].focus();
    }
  }

  choose(item) {
    if (!item.stay) this.close();
    item.act?.();
  }

  entry(item) {
    if (item.kind === "line") return html`<div class="menu-line" role="separator"></div>`;
    if (item.kind === "title") return html`<p class="menu-title">${item.label}</p>`;
    if (item.kind === "note")
      return html`<p class=${`note menu-note ${item.bad ? "bad" : ""}`} role=${item.bad ? "alert" : nothing}>
        ${item.label}
      </p>`;
    if (item.kind === "custom") return item.body;
    const body = html`${item.state ? html`<span class=${`state ${item.state}`}>${glyph(item.state)}</span>` : nothing}
      ${item.icon ? icon(item.icon) : nothing}<span lang=${item.lang ?? nothing}>${item.label}</span>
      ${item.key ? html`<span class="kbd menu-key">${item.key}</span>` : nothing}
      ${item.kind === "item" ? nothing : html`<span class="mark">${icon("check", true)}</span>`}`;
    if (item.href) return html`<a class="menu-item" role="menuitem" tabindex="-1" href=${item.href}>${body}</a>`;
    return html`<button
      class="menu-item"
      type="button"
      tabindex="-1"
      role=${ROLES[item.kind] ?? "menuitem"}
      aria-checked=${item.kind in ROLES ? String(Boolean(item.checked)) : nothing}
      @click=${() => this.choose(item)}>
      ${body}
    </button>`;
  }

  render() {
    return html`<span class="menu-host" @keydown=${this.keyed}>
      <button
        class=${this.look}
        type="button"
        aria-haspopup="menu"
        aria-expanded=${String(this.isOpen)}
        aria-label=${this.label || nothing}
        aria-disabled=${this.blocked ? "true" : nothing}
        @click=${() => (this.isOpen ? this.close() : this.open())}>
        ${this.face}
      </button>
      ${
        this.isOpen
          ? html`<div class=${`menu ${this.right ? "right" : ""}`} role="menu" aria-label=${this.label || nothing}>
              ${this.items.map((item) => this.entry(item))}
            </div>`
          : nothing
      }
    </span>`;
  }
}

customElements.define("cc-menu", Menu);
