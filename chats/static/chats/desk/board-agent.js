// One agent of the live board: state, load, and what a supervisor may do. Drawn anew only when the row is another one.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {number} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {held} from "./board-views.js";
import {instant} from "./clock.js";
import {stateWord} from "./header.js";
import "./menu.js";
import {Part, glyph, icon} from "./part.js";
import "./timer.js";

const SLOTS_SHOWN = 6;

/** "2 chats, 1 wrap-up", or "" for nothing. */
export function holding({offers, chats, wrapups}) {
  const parts = [
    chats && interpolate(ngettext("%(count)s chat", "%(count)s chats", chats), {count: chats}),
    offers && interpolate(ngettext("%(count)s request", "%(count)s requests", offers), {count: offers}),
    wrapups && interpolate(ngettext("%(count)s wrap-up", "%(count)s wrap-ups", wrapups), {count: wrapups}),
  ];
  return parts.filter(Boolean).join(", ");
}

/** `row`: of the board; `reasons`: idle reasons. Events: "act" {type, fields, name}, "pop" {agent, name}. */
class Agent extends Part {
  static properties = {row: {attribute: false}, reasons: {attribute: false}, opened: {state: true}};

  shouldUpdate(changed) {
    return changed.has("row") || changed.has("opened") || changed.get("reasons")?.length !== this.reasons.length;
  }

  willUpdate(changed) {
    if (changed.has("row") && changed.get("row")?.id !== this.row.id) this.opened = false;
  }

  /** The menu is made when it is asked for: a row that scrolls by stays cheap. */
  async open() {
    this.opened = true;
    await this.updateComplete;
    this.querySelector("cc-menu").open();
  }

  act(type, fields = {}) {
    this.tell("act", {type, fields: {agent: this.row.id, ...fields}, name: this.row.name});
  }

  items() {
    const {row} = this;
    const title = {kind: "title", label: row.name};
    if (row.state === "offline") return [title, {kind: "note", label: gettext("Offline: only signing in changes that.")}];
    const set = (state, reason) => () => this.act("supervise.set_state", reason ? {state, reason} : {state});
    const reasons = this.reasons.length ? this.reasons : [null];
    return [
      title,
      {kind: "radio", state: "available", label: gettext("Available"), checked: row.state === "available", act: set("available")},
      ...reasons.map((reason) => ({
        kind: "radio",
        state: "idle",
        label: reason ? `${gettext("Idle")} · ${reason.name}` : gettext("Idle"),
        checked: row.state === "idle" && row.reason?.id === reason?.id,
        act: set("idle", reason?.id),
      })),
      {kind: "line"},
      {kind: "item", icon: "signout", label: gettext("Sign out"), act: () => this.act("supervise.sign_out")},
    ];
  }

  menu(label) {
    const look = "btn quiet icon small";
    if (this.opened)
      return html`<cc-menu right .look=${look} .label=${label} .face=${icon("dots")} .items=${this.items()}></cc-menu>`;
    return html`<button class=${look} type="button" aria-haspopup="menu" aria-expanded="false" aria-label=${label} @click=${this.open}>
      ${icon("dots")}
    </button>`;
  }

  load() {
    const {row} = this;
    const used = held(row);
    const kinds = [...Array(row.chats).fill("chat"), ...Array(row.offers).fill("asked"), ...Array(row.wrapups).fill("held")];
    const slots = Array.from({length: Math.max(row.capacity, used)}, (_, at) => kinds[at] ?? "");
    const words = interpolate(gettext("%(used)s of %(total)s"), {used, total: row.capacity});
    const few = slots.length <= SLOTS_SHOWN;
    return html`<span role="cell" class="ag-load" title=${holding(row) || nothing}>
      ${few ? html`<span class="slots" aria-hidden="true">${slots.map((kind) => html`<span class=${`slot ${kind}`}></span>`)}</span>` : nothing}
      <span class=${few ? "sr" : "num"}>${words}</span><span class="meta cut">${holding(row)}</span>
    </span>`;
  }

  render() {
    const {row} = this;
    return html`<span role="cell" class=${`ag-state state ${row.state}`}>${glyph(row.state)}<span class="cut">${stateWord(row)}</span></span>
      <b role="rowheader" class="ag-name cut">${row.name}</b>
      <span role="cell" class="ag-team cut">${row.team.name}</span>
      <span role="cell" class="ag-since r">${row.state === "offline" ? "–" : html`<cc-timer form="clock" .at=${instant(row.since)}></cc-timer>`}</span>
      ${this.load()}
      <span role="cell" class="ag-handled r num">${number(row.handled)}</span>
      <span role="cell" class="ag-rona r num">${number(row.rona)}</span>
      <span role="cell" class="ag-acts">
        <button
          class="btn quiet icon small"
          type="button"
          aria-label=${interpolate(gettext("Chats of %(name)s"), {name: row.name})}
          @click=${() => this.tell("pop", {agent: row.id, name: row.name})}>
          ${icon("eye")}
        </button>
        ${this.menu(interpolate(gettext("State of %(name)s"), {name: row.name}))}
      </span>`;
  }
}

customElements.define("cc-board-agent", Agent);
