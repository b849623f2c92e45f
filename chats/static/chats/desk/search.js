// Search over what is on this desk: open chats, wrap-ups, the last 24 hours.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {Picking} from "./picking.js";
import {Part, icon, marked} from "./part.js";

const SHOWN = 8;

/** `found`: [{id, name, detail, past}]. Events: "open" {chat} or, for a past contact, "past" {chat}. */
class Search extends Part {
  static properties = {found: {attribute: false}, query: {state: true}, active: {state: true}};

  constructor() {
    super();
    this.found = [];
    this.query = "";
    this.active = false;
    this.picking = new Picking(this, {
      count: () => this.hits.length,
      choose: (at) => this.choose(this.hits[at]),
      close: () => this.leave(),
    });
  }

  get hits() {
    const words = this.query.trim().toLocaleLowerCase();
    if (!words) return [];
    return this.found
      .filter((item) => `${item.name} ${item.detail}`.toLocaleLowerCase().includes(words))
      .slice(0, SHOWN);
  }

  choose(item) {
    this.leave();
    this.tell(item.past ? "past" : "open", {chat: item.id});
  }

  leave() {
    this.query = "";
    this.active = false;
  }

  typed(event) {
    this.query = event.target.value;
    this.picking.reset();
  }

  option(item, at) {
    return html`<li
      class="option"
      role="option"
      id=${`search-${at}`}
      aria-selected=${String(this.picking.at === at)}
      @pointerdown=${(event) => event.preventDefault()}
      @click=${() => this.choose(item)}>
      <span class="grow"
        ><span class="cut block">${marked(item.name, this.query.trim())}</span
        ><span class="meta cut block">${item.detail}</span></span
      >
    </li>`;
  }

  render() {
    const open = this.active && this.query.trim() !== "";
    return html`<div class="find search" role="search">
      <label class="sr" for="search-text">${gettext("Search")}</label>${icon("search")}
      <input
        class="input"
        id="search-text"
        type="search"
        autocomplete="off"
        role="combobox"
        aria-expanded=${String(open)}
        aria-controls="search-list"
        aria-autocomplete="list"
        aria-activedescendant=${open && this.hits.length ? `search-${this.picking.at}` : nothing}
        placeholder=${gettext("Search chats, customers")}
        .value=${this.query}
        @input=${this.typed}
        @keydown=${(event) => this.picking.keyed(event)}
        @focus=${() => {
          this.active = true;
        }}
        @blur=${() => {
          this.active = false;
        }} /><span class="kbd">${gettext("Ctrl K")}</span>
      ${
        open
          ? html`<ul class="options search-list" id="search-list" role="listbox" aria-label=${gettext("Search")}>
              ${this.hits.length ? this.hits.map((item, at) => this.option(item, at)) : html`<li class="option sub" role="option" aria-disabled="true" aria-selected="false">${gettext("Nothing found.")}</li>`}
            </ul>`
          : nothing
      }
    </div>`;
  }
}

customElements.define("cc-search", Search);
