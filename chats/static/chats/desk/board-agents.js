// The agents of the live board. Only the rows near the screen are in the page, so 500 agents cost as much as 40.

import {html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {gettext, interpolate} from "../shared/words.js";
import "./board-agent.js";
import {chosenAgents} from "./board-views.js";
import {Part, glyph, icon} from "./part.js";

const NEAR = 8; // rows kept ready above and below the screen
const NARROW = matchMedia("(max-width: 720px)");
const HEIGHT = {wide: 36, narrow: 68}; // of a row, in px, as board.css has it

/** `rows`: of the board; `counts`: agents by state; `reasons`: idle reasons. Events: "act", "pop" of the rows. */
class Agents extends Part {
  static properties = {
    rows: {attribute: false},
    counts: {attribute: false},
    reasons: {attribute: false},
    loaded: {type: Boolean},
    query: {state: true},
    state: {state: true},
    sort: {state: true},
    down: {state: true},
    first: {state: true},
    room: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {rows: [], query: "", state: "", sort: "state", down: false, first: 0, room: 30, order: [], shown: []});
    this.look = () => this.measure();
  }

  connectedCallback() {
    super.connectedCallback();
    this.scroller = this.closest(".board");
    this.scroller.addEventListener("scroll", this.look, {passive: true});
    addEventListener("resize", this.look);
    NARROW.addEventListener("change", this.look);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.scroller.removeEventListener("scroll", this.look);
    removeEventListener("resize", this.look);
    NARROW.removeEventListener("change", this.look);
  }

  get height() {
    return NARROW.matches ? HEIGHT.narrow : HEIGHT.wide;
  }

  /** Which rows are near the screen; a step of several rows, so that scrolling renders seldom. */
  measure() {
    const list = this.querySelector(".agent-list");
    if (!list) return;
    const above = this.scroller.getBoundingClientRect().top - list.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / this.height) - NEAR);
    this.first = first - (first % (NEAR / 2));
    this.room = Math.ceil(this.scroller.clientHeight / this.height) + 2 * NEAR + NEAR / 2;
    if (this.drawnHeight !== this.height) this.requestUpdate();
  }

  /** Rows don't move under a pointer or a focus: the order waits until both have left. */
  get held() {
    return this.matches(":hover") || this.contains(document.activeElement);
  }

  willUpdate(changed) {
    if (["rows", "query", "state", "sort", "down"].some((name) => changed.has(name))) this.shown = this.ordered();
  }

  /** The chosen agents in order; while the order is held, those who were there stay where they were. */
  ordered() {
    const {query, state, sort, down} = this;
    const wish = JSON.stringify({query, state, sort, down});
    const found = chosenAgents(this.rows, {query, state, team: "", sort, down});
    if (wish === this.wish && this.held) {
      const rows = new Map(found.map((row) => [row.id, row]));
      const kept = this.order.filter((id) => rows.has(id)).map((id) => rows.get(id));
      const known = new Set(this.order);
      found.splice(0, found.length, ...kept, ...found.filter((row) => !known.has(row.id)));
    }
    this.wish = wish;
    this.order = found.map((row) => row.id);
    return found;
  }

  sorted(key) {
    this.down = this.sort === key ? !this.down : false;
    this.sort = key;
  }

  heading(key, label, kind = "") {
    const on = this.sort === key;
    return html`<span role="columnheader" class=${`ag-${key} ${kind}`} aria-sort=${on ? (this.down ? "descending" : "ascending") : nothing}>
      <button class="link-plain" type="button" @click=${() => this.sorted(key)}>
        ${label}${on ? icon(this.down ? "up" : "down", true) : nothing}
      </button>
    </span>`;
  }

  headings() {
    return html`<div class="ag ag-head" role="row" aria-rowindex="1">
      ${this.heading("state", gettext("State"))}${this.heading("name", gettext("Agent"))}
      ${this.heading("team", gettext("Team"))}${this.heading("since", gettext("Since"), "r")}
      ${this.heading("load", gettext("Load"))}${this.heading("handled", gettext("Handled"), "r")}
      ${this.heading("rona", gettext("RONA"), "r")}
      <span role="columnheader" class="ag-acts"><span class="sr">${gettext("Actions")}</span></span>
    </div>`;
  }

  filters() {
    const words = {
      available: gettext("Available"),
      idle: gettext("Idle"),
      rona: gettext("RONA"),
      offline: gettext("Offline"),
    };
    return Object.entries(words).map(
      ([state, word]) =>
        html`<button
          class=${`btn small quiet state ${state}`}
          type="button"
          aria-pressed=${String(this.state === state)}
          aria-label=${interpolate(gettext("%(state)s: %(count)s"), {state: word, count: this.counts[state]})}
          title=${word}
          @click=${() => {
            this.state = this.state === state ? "" : state;
          }}>
          ${glyph(state)}<span class="num">${this.counts[state]}</span>
        </button>`,
    );
  }

  updated() {
    const list = this.querySelector(".agent-list");
    const {height} = this;
    list.style.height = `${this.order.length * height}px`;
    list.firstElementChild.style.transform = `translateY(${this.drawnFirst * height}px)`;
    this.drawnHeight = height;
    this.measure();
  }

  render() {
    const {shown} = this;
    const last = Math.max(0, shown.length - this.room);
    this.drawnFirst = Math.min(this.first, last);
    const drawn = shown.slice(this.drawnFirst, this.drawnFirst + this.room);
    return html`<section class="card agents" aria-labelledby="board-agents" data-pane-part tabindex="-1">
      <div class="card-head">
        <h3 class="card-title" id="board-agents">${gettext("Agents")}</h3>
        <div class="row legend" role="group" aria-label=${gettext("State")}>${this.filters()}</div>
        <span class="grow"></span>
        <label class="find agent-find"
          ><span class="sr">${gettext("Agent or team")}</span>${icon("search")}<input
            class="input"
            type="search"
            autocomplete="off"
            placeholder=${gettext("Agent or team")}
            @input=${(event) => {
              this.query = event.target.value;
            }}
        /></label>
      </div>
      <div role="table" aria-label=${gettext("Agents")} aria-rowcount=${shown.length + 1}>
        ${this.headings()}
        <div class="agent-list" role="rowgroup">
          <div role="presentation">
            ${repeat(
              drawn,
              (row) => row.id,
              (row, at) =>
                html`<cc-board-agent
                  class="ag"
                  role="row"
                  aria-rowindex=${this.drawnFirst + at + 2}
                  .row=${row}
                  .reasons=${this.reasons}></cc-board-agent>`,
            )}
          </div>
        </div>
      </div>
      ${shown.length ? nothing : html`<p class="sub pad">${this.loaded ? gettext("No agent fits.") : gettext("The board is being opened.")}</p>`}
    </section>`;
  }
}

customElements.define("cc-board-agents", Agents);
