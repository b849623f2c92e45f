// What one agent holds. Each chat has a menu of what the supervisor may do with it: it obeys the row's `allowed`.

import {html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {visitorName} from "../shared/format.js";
import {gettext, interpolate} from "../shared/words.js";
import {instant} from "./clock.js";
import {stateWord} from "./header.js";
import "./menu.js";
import {Part, glyph, icon} from "./part.js";
import {refusal} from "./refusals.js";
import "./timer.js";

/** What can be done with a chat, by the word in `allowed`: how it looks, and the event {chat} that asks for it. */
const ACTIONS = {monitor: {look: () => ({icon: "eye", label: gettext("Read along")}), event: "watch"}};

/** `desk`: the desk's store; `row`: the agent's row now, null when he left the board; `name`. Events: "closed", "watch" {chat}. */
class Chats extends Part {
  static properties = {
    desk: {attribute: false},
    row: {attribute: false},
    name: {},
    items: {state: true},
    failed: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {items: null, failed: ""});
  }

  willUpdate(changed) {
    if (changed.has("row") && this.row) this.read();
  }

  async read() {
    const agent = this.row.id;
    try {
      const {result} = await this.desk.run("board.chats", {agent});
      if (agent === this.row?.id) Object.assign(this, {items: result.items, failed: ""});
    } catch (error) {
      this.failed = refusal(error);
    }
  }

  actions(item, name) {
    const items = item.allowed
      .filter((word) => word in ACTIONS)
      .map((word) => ({kind: "item", ...ACTIONS[word].look(), act: () => this.tell(ACTIONS[word].event, {chat: item.chat})}));
    if (!items.length) return nothing;
    return html`<cc-menu
      right
      .look=${"btn quiet icon small"}
      .label=${interpolate(gettext("Actions for %(name)s"), {name})}
      .face=${icon("dots")}
      .items=${items}></cc-menu>`;
  }

  detail(item) {
    const words = [item.queue.name];
    if (item.left_at) words.push(gettext("wrap-up"));
    else if (item.message) words.push(gettext("message"));
    else if (item.customer_away) words.push(gettext("customer away"));
    if (item.role === "guest") words.push(gettext("conference"));
    return words.join(" · ");
  }

  item(item) {
    const name = visitorName(item.customer);
    return html`<li>
      ${icon(item.message ? "mail" : "chat", true)}
      <span class="grow"><b class="cut block">${name}</b><span class="meta block">${this.detail(item)}</span></span>
      <cc-timer .at=${instant(item.left_at ?? item.joined_at)}></cc-timer>${this.actions(item, name)}
    </li>`;
  }

  body() {
    if (this.failed) return html`<p class="note bad">${this.failed}</p>`;
    if (!this.items) return nothing;
    if (!this.items.length) return html`<p class="sub pad">${gettext("Holds no chat now.")}</p>`;
    return html`<ul class="look">
      ${repeat(
        this.items,
        (item) => item.chat,
        (item) => this.item(item),
      )}
    </ul>`;
  }

  render() {
    const {row} = this;
    return html`<section class="dialog board-pop" role="dialog" aria-labelledby="chats-title" data-pane-part>
      <div class="dialog-head">
        <h3 class="dialog-title" id="chats-title" tabindex="-1">${interpolate(gettext("Chats of %(name)s"), {name: this.name})}</h3>
        <button class="btn quiet icon" type="button" aria-label=${gettext("Close")} @click=${() => this.tell("closed")}>${icon("x")}</button>
      </div>
      <div class="dialog-body flush">
        ${row ? html`<p class="pad"><span class=${`state ${row.state}`}>${glyph(row.state)}${stateWord(row)}</span></p>` : html`<p class="sub pad">${gettext("This agent left your team.")}</p>`}
        ${this.body()}
      </div>
    </section>`;
  }
}

customElements.define("cc-board-chats", Chats);
