// The conversations of a supervisor's teams: find one by customer, agent or queue, and read along.

import {html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {visitorName} from "../shared/format.js";
import {gettext, interpolate} from "../shared/words.js";
import {instant} from "./clock.js";
import {Part, icon} from "./part.js";
import {refusal} from "./refusals.js";
import "./timer.js";

const PAUSE = 150;
const AGAIN = 10_000;

/** `ask(q)` → {items, more}; `error`: why reading along was refused. Events: "watch" {chat}. */
class TeamChats extends Part {
  static properties = {
    ask: {attribute: false},
    error: {},
    shown: {state: true},
    query: {state: true},
    items: {state: true},
    more: {state: true},
    failed: {state: true},
    loading: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {shown: false, query: "", items: [], more: false, failed: "", loading: false});
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  stop() {
    clearTimeout(this.timer);
    clearInterval(this.repeated);
  }

  toggle() {
    this.shown = !this.shown;
    this.stop();
    if (!this.shown) return;
    this.look();
    this.repeated = setInterval(() => !document.hidden && this.look(), AGAIN);
    this.focusOn("input");
  }

  typed(event) {
    this.query = event.target.value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    const asked = this.query;
    this.loading = true;
    try {
      const {items, more} = await this.ask(asked.trim());
      if (asked === this.query) Object.assign(this, {items, more, failed: ""});
    } catch (error) {
      this.failed = refusal(error);
    }
    this.loading = false;
  }

  row(item) {
    const names = item.agents.map((agent) => agent.name).join(", ");
    const words = {conference: gettext("Conference"), customer_away: gettext("Away")};
    return html`<li>
      <button
        class="task"
        type="button"
        aria-label=${interpolate(gettext("Read along: %(customer)s with %(agents)s"), {customer: visitorName(item.customer), agents: names})}
        @click=${() => this.tell("watch", {chat: item.chat})}>
        <span class="ask-mark">${icon(item.watched ? "eye" : "chat")}</span>
        <span class="task-main"
          ><span class="row"
            ><span class="strong cut grow">${visitorName(item.customer)}</span
            >${words[item.status] ? html`<span class="pill info">${words[item.status]}</span>` : nothing}</span
          >
          <span class="sub cut block">${names}</span>
          <span class="row meta"
            ><span class="cut grow">${item.queue?.name ?? ""}</span
            ><cc-timer .at=${instant(item.since)}></cc-timer></span
        ></span>
      </button>
    </li>`;
  }

  list() {
    if (this.failed)
      return html`<p class="past sub">
        ${this.failed} <button class="link" type="button" @click=${this.look}>${gettext("Try again")}</button>
      </p>`;
    if (!this.items.length && !this.loading)
      return html`<p class="past meta">
        ${this.query.trim() ? gettext("Nothing found.") : gettext("Nobody of your teams is in a conversation.")}
      </p>`;
    return html`<ul aria-busy=${String(this.loading)}>
        ${repeat(
          this.items,
          (item) => item.chat,
          (item) => this.row(item),
        )}
      </ul>
      ${this.more ? html`<p class="past meta">${gettext("More: search for a name.")}</p>` : nothing}`;
  }

  render() {
    return html`<section class="team-chats" aria-labelledby="t-team">
      <h2 class="tasks-head" id="t-team">
        <button class="link" type="button" aria-expanded=${String(this.shown)} @click=${this.toggle}>
          ${gettext("Conversations of my teams")} ${icon(this.shown ? "up" : "down", true)}
        </button>
      </h2>
      ${this.error ? html`<p class="note bad" role="alert">${this.error}</p>` : nothing}
      ${
        this.shown
          ? html`<label class="find team-find"
                ><span class="sr">${gettext("Search")}</span>${icon("search")}<input
                  class="input"
                  autocomplete="off"
                  placeholder=${gettext("Customer, agent or queue")}
                  .value=${this.query}
                  @input=${this.typed} /></label
              >${this.list()}`
          : nothing
      }
    </section>`;
  }
}

customElements.define("cc-team-chats", TeamChats);
