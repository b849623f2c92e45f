// Who waits in the chosen queue, for how long, and why nobody has been asked yet. Read again whenever the queue moves.

import {html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {visitorName} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {clock, instant} from "./clock.js";
import {Part, icon} from "./part.js";
import {refusal} from "./refusals.js";
import "./timer.js";

const FIRST = 8;

/** `desk`: the desk's store; `row`: the queue or null. Event: "pop" {chat, name}. */
class Waiting extends Part {
  static properties = {
    desk: {attribute: false},
    row: {attribute: false},
    items: {state: true},
    failed: {state: true},
    all: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {items: [], failed: "", all: false, asking: false});
  }

  willUpdate(changed) {
    if (!changed.has("row")) return;
    if (changed.get("row")?.id !== this.row?.id) Object.assign(this, {items: [], all: false});
    this.read();
  }

  /** One question at a time; what moved meanwhile is asked for once more. */
  async read() {
    if (!this.row) return;
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    const queue = this.row.id;
    try {
      const {result} = await this.desk.run("board.waiting", {queue});
      if (queue === this.row?.id) Object.assign(this, {items: result.items, failed: ""});
    } catch (error) {
      this.failed = refusal(error);
    }
    this.asking = false;
    if (this.again) {
      this.again = false;
      this.read();
    }
  }

  item(item) {
    const name = visitorName(item.customer);
    const since = instant(item.waiting_since);
    const isLate = !item.message && since !== null && clock.now() - since > this.row.seconds * 1000;
    const why = item.offered_to
      ? interpolate(gettext("offered to %(name)s"), {name: item.offered_to.name})
      : item.why || gettext("No routing pass has looked at it yet.");
    return html`<li>
      <button
        class="look-row"
        type="button"
        aria-label=${interpolate(gettext("%(name)s: why is this chat not with anybody?"), {name})}
        @click=${() => this.tell("pop", {chat: item.chat, name})}>
        ${item.message ? icon("mail", true) : nothing}
        <span class="grow"><b class="cut block">${name}</b><span class="meta block">${why}</span></span>
        <span class=${isLate ? "num late" : "num"}
          >${isLate ? icon("alert", true) : nothing}<cc-timer .at=${since}></cc-timer
        ></span>
      </button>
    </li>`;
  }

  render() {
    const {row} = this;
    if (!row) return nothing;
    const shown = this.all ? this.items : this.items.slice(0, FIRST);
    const left = this.items.length - shown.length;
    return html`<section class="card waits" aria-labelledby="board-waits">
      <div class="card-head">
        <h3 class="card-title grow cut" id="board-waits" tabindex="-1">${gettext("Waiting chats")} <span class="meta">${row.name}</span></h3>
        <span class="count soft">${this.items.length}</span>
      </div>
      ${this.failed ? html`<p class="note bad">${this.failed}</p>` : nothing}
      ${this.items.length || this.failed ? nothing : html`<p class="sub pad">${gettext("Nobody is waiting.")}</p>`}
      <ul class="look">
        ${repeat(
          shown,
          (item) => item.chat,
          (item) => this.item(item),
        )}
        ${
          left > 0
            ? html`<li>
                <button
                  class="btn quiet small"
                  type="button"
                  @click=${() => {
                    this.all = true;
                  }}>
                  ${interpolate(ngettext("%(count)s more", "%(count)s more", left), {count: left})}${icon("right", true)}
                </button>
              </li>`
            : nothing
        }
      </ul>
    </section>`;
  }
}

customElements.define("cc-board-waiting", Waiting);
