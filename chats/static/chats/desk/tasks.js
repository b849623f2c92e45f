// The list on the left: contact requests, chats, wrap-ups, the last 24 hours. Rows keep their place.

import {classMap, html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {time, visitorName} from "../shared/format.js";
import {gettext, interpolate} from "../shared/words.js";
import {Part, icon} from "./part.js";
import "./team-chats.js";
import "./timer.js";

const WAITS_AFTER = 60;

/** The reasons of a past contact in one line: the first and how many more. */
export function codesWord(codes) {
  if (!codes?.length) return gettext("N/A");
  return codes.length > 1 ? `${codes[0].name} +${codes.length - 1}` : codes[0].name;
}

/**
 * `team(q)`: the conversations of a supervisor's teams, null for everybody else. Events: "open"
 * {chat}, "watch" {chat}, "accept" {offer}, "point" {offer} (show me its popover), "past" {chat}.
 */
class Tasks extends Part {
  static properties = {
    offers: {attribute: false},
    chats: {attribute: false},
    wrapups: {attribute: false},
    watched: {attribute: false},
    team: {attribute: false},
    error: {},
    mine: {attribute: false},
    accepting: {attribute: false},
    loaded: {type: Boolean},
  };

  constructor() {
    super();
    Object.assign(this, {
      offers: [],
      chats: [],
      wrapups: [],
      watched: [],
      team: null,
      mine: {items: [], state: "loading"},
      accepting: new Set(),
    });
  }

  askRow(offer) {
    return html`<li class="ask-row">
      <button class="task ask" type="button" @click=${() => this.tell("point", {offer: offer.id})}>
        <span class="ask-mark">${icon(offer.kind === "route" ? "chat" : offer.kind)}</span
        ><span class="task-main">
          <span class="row"
            ><span class="strong cut grow">${offer.name}</span
            ><cc-timer class="ask-left" way="down" .at=${offer.expiresAt}></cc-timer
          ></span>
          <span class="row meta"
            ><span class="cut grow">${offer.queue}</span
            ><span class="num">${gettext("in queue")} <cc-timer .at=${offer.waitingSince}></cc-timer></span
          ></span>
        </span>
      </button>
      <button
        class="btn primary small ask-accept"
        type="button"
        aria-label=${interpolate(gettext("Accept %(name)s"), {name: offer.name})}
        aria-disabled=${this.accepting.has(offer.id) ? "true" : nothing}
        @click=${() => this.tell("accept", {offer: offer.id})}>
        ${gettext("Accept")}
      </button>
    </li>`;
  }

  open(event, chat) {
    event.preventDefault();
    this.tell("open", {chat});
  }

  chatPills(row) {
    if (row.status === "customer_away")
      return html`<span class="pill warn" title=${gettext("The customer is away")}>${gettext("Away")}</span>`;
    if (row.status === "conference")
      return html`<span class="pill info" title=${gettext("Conference")}
        >${icon("conference", true)}<span class="sr">${gettext("Conference")}</span></span
      >`;
    if (row.isNew) return html`<span class="pill info">${gettext("New")}</span>`;
    return nothing;
  }

  chatRow(row, at) {
    const wait =
      row.waitsSince === null
        ? nothing
        : html`<span data-appear hidden
            ><span class="pill warn" title=${gettext("Waiting for your answer")}>
              ${icon("clock", true)}<span class="sr">${gettext("Waiting for your answer")}</span>
              <cc-timer appear=${WAITS_AFTER} .at=${row.waitsSince}></cc-timer></span
          ></span>`;
    return html`<li>
      <a
        class=${classMap({task: true, on: row.on})}
        href=${`#${row.id}`}
        data-chat=${row.id}
        aria-current=${row.on ? "true" : nothing}
        aria-keyshortcuts=${at < 5 ? `Alt+Shift+${at + 1}` : nothing}
        @click=${(event) => this.open(event, row.id)}>
        <span class="avatar" aria-hidden="true">${row.initials}</span>
        <span class="task-main">
          <span class="row"
            ><span class="strong cut grow">${row.name}</span
            >${this.chatPills(row)}${wait}${row.last.at ? html`<span class="meta num">${time(row.last.at)}</span>` : nothing}</span
          >
          <span class="row"
            ><span class="sub cut grow">${row.typing ? gettext("is typing") : row.last.text}</span>
            ${row.unread && !row.on ? html`<span class="count">${row.unread}<span class="sr"> ${gettext("unread")}</span></span>` : nothing}</span
          >
          <span class="row meta"
            ><span class="cut grow">${row.queue}</span
            ><span class="num" title=${gettext("Since accepted")}><cc-timer .at=${row.acceptedAt}></cc-timer></span
          ></span> </span
      ></a>
    </li>`;
  }

  watchedRow(row) {
    return html`<li>
      <a
        class=${classMap({task: true, on: row.on})}
        href=${`#${row.id}`}
        data-chat=${row.id}
        aria-current=${row.on ? "true" : nothing}
        @click=${(event) => this.open(event, row.id)}>
        <span class="ask-mark">${icon("eye")}</span>
        <span class="task-main">
          <span class="row"
            ><span class="strong cut grow">${row.name}</span
            >${row.last.at ? html`<span class="meta num">${time(row.last.at)}</span>` : nothing}</span
          >
          <span class="sub cut block">${row.last.text}</span>
          <span class="row meta"><span class="cut grow">${row.agent} · ${row.queue}</span></span>
        </span></a
      >
    </li>`;
  }

  wrapRow(row) {
    const left =
      row.dueAt === null
        ? html`<span>${gettext("no time limit")}</span>`
        : html`<cc-timer way="down" blink="5" .at=${row.dueAt}></cc-timer>`;
    return html`<li>
      <a
        class=${classMap({task: true, on: row.on})}
        href=${`#${row.id}`}
        data-chat=${row.id}
        aria-current=${row.on ? "true" : nothing}
        @click=${(event) => this.open(event, row.id)}>
        <span class="avatar" aria-hidden="true">${row.initials}</span>
        <span class="task-main">
          <span class="row"
            ><span class="strong cut grow">${row.name}</span><span class="meta num">${time(row.endedAt)}</span></span
          >
          <span class="row"><span class="sub cut grow">${row.last}</span></span>
          <span class="row meta"
            ><span class="cut grow">${row.queue}</span
            ><span class="num" title=${gettext("Time left")}>${left}</span></span
          >
        </span></a
      >
    </li>`;
  }

  section(id, title, rows, draw, soft) {
    if (!rows.length) return nothing;
    return html`<section aria-labelledby=${id}>
      <h2 class="tasks-head" id=${id} tabindex="-1">
        ${title} <span class=${`count ${soft ? "soft" : ""}`}>${rows.length}</span>
      </h2>
      <ul>
        ${repeat(rows, (row) => row.id, draw)}
      </ul>
    </section>`;
  }

  pastRow(item) {
    return html`<li>
      <a
        class="past"
        href=${`#${item.chat}`}
        @click=${(event) => {
          event.preventDefault();
          this.tell("past", {chat: item.chat});
        }}>
        <span class="cut grow">${visitorName(item.customer)}</span><span class="meta cut">${codesWord(item.codes)}</span
        ><span class="meta num">${time(item.ended_at)}</span></a
      >
    </li>`;
  }

  recent() {
    const {items, state} = this.mine;
    return html`<section class="recent" aria-labelledby="t-last">
      <h2 class="tasks-head" id="t-last">
        ${gettext("My last 24 hours")} <span class="count soft">${items.length}${this.mine.more ? "+" : ""}</span>
      </h2>
      ${state === "failed" ? html`<p class="past sub">${gettext("Couldn’t load this.")} <button class="link" type="button" @click=${() => this.tell("reload-mine")}>${gettext("Try again")}</button></p>` : nothing}
      ${state === "ready" && !items.length ? html`<p class="past meta">${gettext("No contacts yet.")}</p>` : nothing}
      <ul>
        ${repeat(
          items,
          (item) => item.chat,
          (item) => this.pastRow(item),
        )}
      </ul>
    </section>`;
  }

  render() {
    const nothingOpen = this.loaded && !this.offers.length && !this.chats.length && !this.wrapups.length;
    return html`<aside class="tasks" aria-label=${gettext("Tasks")} data-pane-part tabindex="-1">
      ${this.section("t-requests", gettext("Contact requests"), this.offers, (offer) => this.askRow(offer))}
      ${this.section("t-chats", gettext("Chats"), this.chats, (row, at) => this.chatRow(row, at), true)}
      ${this.section("t-watched", gettext("Reading along"), this.watched, (row) => this.watchedRow(row), true)}
      ${this.section("t-wrap", gettext("Wrap-up"), this.wrapups, (row) => this.wrapRow(row), true)}
      ${nothingOpen ? html`<p class="tasks-none sub" tabindex="-1">${gettext("No requests, no chats, no wrap-up open.")}</p>` : nothing}
      ${this.team ? html`<cc-team-chats .ask=${this.team} .error=${this.error}></cc-team-chats>` : nothing}${this.recent()}
    </aside>`;
  }
}

customElements.define("cc-tasks", Tasks);
