// Canned responses over the composer: search, choose, insert. They can be edited before they are sent.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {Part, icon, marked} from "./part.js";
import {Picking} from "./picking.js";
import {refusal} from "./refusals.js";

const PAUSE = 120;

/**
 * `query`: what stands behind the slash while it is typed in the composer (`typed`), else the own field rules.
 * `search(q)` → {items, more}. Events: "chosen" (detail: the response), "closed".
 */
class Canned extends Part {
  static properties = {
    query: {},
    typed: {type: Boolean},
    search: {attribute: false},
    items: {state: true},
    loading: {state: true},
    error: {state: true},
    own: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {items: [], loading: true, error: "", own: ""});
    this.picking = new Picking(this, {
      count: () => this.items.length,
      choose: (at) => this.tell("chosen", this.items[at]),
      close: () => this.tell("closed"),
    });
  }

  connectedCallback() {
    super.connectedCallback();
    this.outside = (event) => {
      if (!this.closest(".composer").contains(event.target)) this.tell("closed");
    };
    addEventListener("pointerdown", this.outside);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    removeEventListener("pointerdown", this.outside);
  }

  willUpdate(changed) {
    if (changed.has("query") || changed.has("own")) this.plan(changed.has("search") ? 0 : PAUSE);
  }

  get words() {
    return this.typed ? this.query : this.own;
  }

  plan(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), pause);
  }

  async look() {
    const asked = this.words;
    try {
      const {items} = await this.search(asked);
      if (asked !== this.words) return;
      Object.assign(this, {items, error: "", loading: false});
    } catch (error) {
      Object.assign(this, {error: refusal(error), loading: false});
    }
    this.picking.reset();
  }

  /** Puts the focus into the search field: the button opened it. */
  start() {
    this.querySelector("input").focus();
  }

  /** Keys of the composer while a shortcut is typed; true when dealt with. With nothing to choose Enter sends as ever. */
  keyed(event) {
    if (event.key === "Tab" && this.items.length) {
      event.preventDefault();
      this.tell("chosen", this.items[this.picking.at]);
      return true;
    }
    return this.picking.keyed(event);
  }

  option(item, at) {
    const active = at === this.picking.at;
    return html`<li
      class="option"
      role="option"
      id=${active ? "canned-active" : nothing}
      aria-selected=${String(active)}
      @pointerdown=${(event) => event.preventDefault()}
      @click=${() => this.tell("chosen", item)}>
      <span class="grow"
        ><span class="row"
          ><b class="cut grow">${marked(item.title, this.words)}</b
          >${item.folder ? html`<span class="meta">${item.folder}</span>` : nothing}
          ${item.shortcut ? html`<code class="code">/${item.shortcut.replace(/^\//u, "")}</code>` : nothing}</span
        >
        <span class="sub cut block">${item.text}</span></span
      >
    </li>`;
  }

  list() {
    if (this.error) return html`<p class="note bad" role="alert">${this.error}</p>`;
    if (!this.items.length)
      return html`<p class="sub canned-none">
        ${this.loading ? gettext("Looking…") : gettext("No canned response fits.")}
      </p>`;
    return html`<ul class="options" id="canned-list" role="listbox" aria-label=${gettext("Canned responses")}>
      ${this.items.map((item, at) => this.option(item, at))}
    </ul>`;
  }

  render() {
    return html`<div class="canned dialog" role="dialog" aria-label=${gettext("Canned responses")}>
      ${
        this.typed
          ? nothing
          : html`<div class="canned-find">
              <label class="find grow"
                ><span class="sr">${gettext("Search canned responses")}</span>${icon("search")}
                <input
                  class="input"
                  autocomplete="off"
                  role="combobox"
                  aria-expanded="true"
                  aria-controls="canned-list"
                  aria-activedescendant=${this.items.length ? "canned-active" : nothing}
                  .value=${this.own}
                  @input=${(event) => {
                    this.own = event.target.value;
                  }}
                  @keydown=${(event) => this.picking.keyed(event)}
              /></label>
            </div>`
      }
      ${this.list()}
      <div class="row canned-foot meta">
        <span><span class="kbd">↑</span> <span class="kbd">↓</span> ${gettext("choose")}</span>
        <span><span class="kbd">Enter</span> ${gettext("insert, you can still edit")}</span><span class="grow"></span
        ><span class="kbd">Esc</span>
      </div>
    </div>`;
  }
}

customElements.define("cc-canned", Canned);
