// To whom a chat may go, or who may join it: queues and agents with their state, search, refresh.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {minutes} from "../shared/format.js";
import {gettext, interpolate} from "../shared/words.js";
import {clock, instant, onTick} from "./clock.js";
import {shortName} from "./control.js";
import {stateWord} from "./header.js";
import {Part, glyph, icon, marked} from "./part.js";
import {Picking} from "./picking.js";
import {refusal} from "./refusals.js";
import "./timer.js";

const STALE = 30;
const PAUSE = 150;

/**
 * `mode`: "transfer" or "conference"; `name`: of the customer; `list(kind, q)` → {items}. Agents: {id, name, team, state, reason,
 * since, load, capacity, available}; queues: {id, name, waiting, agents}. Events: "chosen" {kind, target}, "closed".
 */
class Targets extends Part {
  static properties = {
    mode: {},
    name: {},
    list: {attribute: false},
    error: {},
    busy: {type: Boolean},
    kind: {state: true},
    query: {state: true},
    items: {state: true},
    loading: {state: true},
    failed: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {kind: "agent", query: "", items: [], loading: true, failed: "", age: null});
    this.picking = new Picking(this, {
      count: () => this.items.length,
      skip: (at) => !this.possible(this.items[at]),
      choose: () => this.go(),
      close: () => this.tell("closed"),
    });
  }

  connectedCallback() {
    super.connectedCallback();
    this.stop = onTick(() => this.showAge());
    this.look();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.stop();
  }

  firstUpdated() {
    this.querySelector("input").focus();
  }

  async look() {
    this.loading = true;
    const asked = `${this.kind} ${this.query}`;
    try {
      const {items} = await this.list(this.kind, this.query.trim());
      if (asked !== `${this.kind} ${this.query}`) return;
      Object.assign(this, {items, failed: "", age: clock.now()});
    } catch (error) {
      this.failed = refusal(error);
    }
    this.loading = false;
    this.picking.reset();
  }

  turn(kind) {
    Object.assign(this, {kind, items: []});
    this.look();
  }

  typed(event) {
    this.query = event.target.value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  full(agent) {
    const total = agent.capacity?.total ?? agent.capacity?.chat;
    return total !== undefined && (agent.load?.total ?? agent.load?.chat ?? 0) >= total;
  }

  possible(item) {
    if (!item || item.available === false) return false;
    return this.kind === "queue" || (item.state === "available" && !this.full(item));
  }

  get chosen() {
    const item = this.items[this.picking.at];
    return this.possible(item) ? item : null;
  }

  go() {
    if (this.chosen && !this.busy) this.tell("chosen", {kind: this.kind, target: this.chosen.id});
  }

  right(item) {
    if (this.kind === "queue" && item.why) return html`<span class="meta">${item.why}</span>`;
    if (this.kind === "queue")
      return item.waiting === undefined
        ? nothing
        : html`<span class="meta num">${interpolate(gettext("%(count)s waiting"), {count: item.waiting})}</span>`;
    if (item.state === "offline") return html`<span class="meta">${gettext("Offline")}</span>`;
    if (item.state !== "available") {
      const word = item.state === "rona" ? gettext("RONA") : gettext("Idle");
      return html`<span class="meta">${word} <cc-timer form="clock" .at=${instant(item.since)}></cc-timer></span>`;
    }
    const values = {
      used: item.load?.total ?? item.load?.chat ?? 0,
      total: item.capacity?.total ?? item.capacity?.chat ?? 0,
    };
    return html`<span class="meta num"
      >${interpolate(this.full(item) ? gettext("full, %(used)s of %(total)s") : gettext("%(used)s of %(total)s"), values)}</span
    >`;
  }

  option(item, at) {
    const possible = this.possible(item);
    const active = at === this.picking.at && possible;
    const team = [item.team?.name ?? item.team, item.state === "idle" ? item.reason?.name : ""]
      .filter(Boolean)
      .join(" · ");
    const mark =
      this.kind === "queue"
        ? icon("queue")
        : html`<span class=${`state ${item.state}`}
            >${glyph(item.state)}<span class="sr">${stateWord(item)}</span></span
          >`;
    const choose = () => {
      this.picking.at = at;
      this.requestUpdate();
    };
    return html`<li
      class="option"
      role="option"
      id=${active ? "target-active" : nothing}
      aria-selected=${String(active)}
      aria-disabled=${possible ? nothing : "true"}
      @pointerdown=${(event) => event.preventDefault()}
      @click=${possible ? choose : nothing}
      @dblclick=${possible ? () => this.go() : nothing}>
      ${mark}
      <span class="grow"
        ><span class="cut block">${marked(item.name, this.query.trim())}</span
        >${team ? html`<span class="meta cut block">${team}</span>` : nothing}</span
      >${this.right(item)}
    </li>`;
  }

  /** Only the sentence on the list's age changes with a tick. */
  showAge() {
    const place = this.querySelector(".target-age");
    if (!place || this.age === null) return;
    const seconds = Math.floor((clock.now() - this.age) / 1000);
    const old = interpolate(gettext("The list is %(age)s old."), {
      age: seconds < 60 ? `${seconds} s` : minutes(seconds * 1000),
    });
    place.textContent = `${old} `;
    place.classList.toggle("stale", seconds > STALE);
  }

  updated() {
    this.showAge();
  }

  story() {
    const {chosen} = this;
    if (!chosen) return "";
    const name = shortName(chosen.name);
    if (this.mode === "conference")
      return interpolate(
        gettext("%(name)s reads everything said so far, the chatbot part too. The customer sees the joining."),
        {name},
      );
    if (this.kind === "queue") return gettext("You are out at once and wrap up. The chat keeps its age in the queue.");
    return interpolate(gettext("%(name)s gets a contact request; you keep the chat until it is accepted."), {name});
  }

  body() {
    if (this.failed)
      return html`<p class="note bad" role="alert">
        <span class="grow">${this.failed}</span
        ><button class="link" type="button" @click=${this.look}>${gettext("Try again")}</button>
      </p>`;
    if (!this.items.length && !this.loading) {
      return html`<p class="note">
        ${this.kind === "queue" ? gettext("There is no queue you may transfer to.") : gettext("Nobody you may ask is signed in.")}
      </p>`;
    }
    return html`<ul
      class="options"
      id="target-list"
      role="listbox"
      aria-label=${this.kind === "queue" ? gettext("Queues") : gettext("Agents")}
      aria-busy=${String(this.loading)}>
      ${this.items.map((item, at) => this.option(item, at))}
    </ul>`;
  }

  segment(kind, label) {
    return html`<button
      class="segment"
      role="radio"
      aria-checked=${String(this.kind === kind)}
      type="button"
      @click=${() => this.turn(kind)}>
      ${label}
    </button>`;
  }

  foot() {
    const transfer = this.mode === "transfer";
    const label = !this.chosen
      ? transfer
        ? gettext("Transfer")
        : gettext("Ask to the conference")
      : interpolate(transfer ? gettext("Transfer to %(name)s") : gettext("Ask %(name)s"), {name: this.chosen.name});
    return html`<div class="dialog-foot">
      ${this.error ? html`<p class="note bad grow" role="alert">${this.error}</p>` : html`<span class="grow"></span>`}
      <button class="btn" type="button" @click=${() => this.tell("closed")}>${gettext("Cancel")}</button>
      <button
        class="btn primary"
        type="button"
        aria-disabled=${this.chosen && !this.busy ? nothing : "true"}
        @click=${this.go}>
        ${icon(this.mode)}<span class="cut">${label}</span>
      </button>
    </div>`;
  }

  render() {
    const transfer = this.mode === "transfer";
    const title = transfer
      ? interpolate(gettext("Transfer %(name)s"), {name: this.name})
      : gettext("Ask an agent to a conference");
    return html`<section
      class="dialog pane-dialog target"
      role="dialog"
      aria-labelledby="target-title"
      @keydown=${(event) => event.key === "Escape" && this.picking.keyed(event)}>
      <div class="dialog-head">
        <h2 class="dialog-title" id="target-title">${title}</h2>
        <button class="btn quiet icon" type="button" aria-label=${gettext("Close")} @click=${() => this.tell("closed")}>
          ${icon("x")}
        </button>
      </div>
      <div class="dialog-body">
        <div class="row target-top">
          ${transfer ? html`<span class="segments" role="radiogroup" aria-label=${gettext("Transfer to")}>${this.segment("queue", gettext("Queue"))}${this.segment("agent", gettext("Agent"))}</span>` : nothing}
          <label class="find grow"
            ><span class="sr">${gettext("Search")}</span>${icon("search")}<input
              class="input"
              autocomplete="off"
              role="combobox"
              aria-expanded="true"
              aria-controls="target-list"
              aria-activedescendant=${this.chosen ? "target-active" : nothing}
              placeholder=${this.kind === "queue" ? gettext("Queue") : gettext("Name or team")}
              .value=${this.query}
              @input=${this.typed}
              @keydown=${(event) => this.picking.keyed(event)}
          /></label>
          <button
            class=${`btn icon ${this.loading ? "turning" : ""}`}
            type="button"
            aria-label=${gettext("Refresh list")}
            title=${gettext("Refresh list")}
            @click=${this.look}>
            ${icon("refresh")}
          </button>
        </div>
        ${this.body()}
        <p class="hint"><span class="target-age"></span>${this.story()}</p>
      </div>
      ${this.foot()}
    </section>`;
  }
}

customElements.define("cc-targets", Targets);
