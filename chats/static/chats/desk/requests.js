// Contact requests at the bottom right: the oldest on top, each with its time left, Accept, and Accept all.

import {classMap, html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {day, time} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {Part, icon} from "./part.js";
import "./timer.js";

const PAGE = 5;
const MIDDLE_PAGE = 2;
const MIDDLE = matchMedia("(min-width: 721px) and (max-width: 1180px)");
const DENSE_FROM = 3;

/**
 * `offers`: rows of views.js; `accepting`: ids under way; `notes`: [{id, name, text, chat}] what became of a request, shown
 * for some seconds. Events: "accept" {offer}, "accept-all" {offers}, "open" {chat}, "dismiss" {note}.
 */
class Requests extends Part {
  static properties = {
    offers: {attribute: false},
    accepting: {attribute: false},
    notes: {attribute: false},
    first: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {offers: [], accepting: new Set(), notes: [], first: 0});
  }

  connectedCallback() {
    super.connectedCallback();
    this.turned = () => this.requestUpdate();
    MIDDLE.addEventListener("change", this.turned);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    MIDDLE.removeEventListener("change", this.turned);
  }

  /** How many are shown at once; fewer where they float over the task list. */
  get page() {
    return MIDDLE.matches ? MIDDLE_PAGE : PAGE;
  }

  willUpdate() {
    const last = Math.max(0, this.offers.length - this.page);
    if (this.first > last) this.first = last;
  }

  /** Puts the focus on the Accept button of this request, turning the page to it if need be. */
  async point(id) {
    const at = this.offers.findIndex((offer) => offer.id === id);
    if (at < 0) return;
    if (at < this.first || at >= this.first + this.page) this.first = at;
    await this.updateComplete;
    this.querySelector(`[data-offer="${CSS.escape(id)}"] .btn`)?.focus();
  }

  all() {
    const count = this.offers.length;
    if (count < 2) return nothing;
    const {page} = this;
    const paged = count > page;
    const head = paged
      ? interpolate(gettext("%(first)s–%(last)s of %(count)s"), {first: this.first + 1, last: this.first + page, count})
      : interpolate(ngettext("%(count)s contact request", "%(count)s contact requests", count), {count});
    return html`<div class=${paged ? "requests-all paged" : "requests-all"}>
      <span class="grow strong num">${head}</span>
      ${paged ? html`${this.turn("up", gettext("Earlier requests"), -page, this.first > 0)}${this.turn("down", gettext("Later requests"), page, this.first + page < count)}` : nothing}
      <button
        class="btn small"
        type="button"
        @click=${() => this.tell("accept-all", {offers: this.offers.map((offer) => offer.id)})}>
        ${interpolate(ngettext("Accept %(count)s request", "Accept %(count)s requests", count), {count})}
      </button>
    </div>`;
  }

  turn(name, label, step, possible) {
    const go = () => {
      this.first = Math.max(0, Math.min(this.offers.length - this.page, this.first + step));
    };
    return html`<button
      class="btn quiet icon small"
      type="button"
      aria-label=${label}
      aria-disabled=${possible ? nothing : "true"}
      @click=${possible ? go : nothing}>
      ${icon(name, true)}
    </button>`;
  }

  kindLine(offer) {
    if (offer.message) {
      const when = {day: day(offer.leftAt), time: time(offer.leftAt)};
      return html`<p class="sub cut request-queue request-kind">
        ${icon("mail", true)}<span class="cut">${interpolate(gettext("Message, left %(day)s %(time)s"), when)}</span>
      </p>`;
    }
    const words = {transfer: gettext("Transfer from %(name)s"), conference: gettext("Conference with %(name)s")};
    if (!(offer.kind in words)) return nothing;
    return html`<p class="sub cut request-queue request-kind">
      ${icon(offer.kind, true)}<span class="cut">${interpolate(words[offer.kind], {name: offer.from})}</span>
    </p>`;
  }

  request(offer) {
    const busy = this.accepting.has(offer.id);
    return html`<article
      class="request"
      data-offer=${offer.id}
      aria-label=${interpolate(gettext("Contact request from %(name)s"), {name: offer.name})}>
      <div class="request-head">
        ${icon("chat")}<span class="grow strong cut">${offer.name}</span>
        <span class="num request-left" title=${gettext("Time left to accept")}
          >${icon("clock", true)}<cc-timer way="down" blink="5" .at=${offer.expiresAt}></cc-timer
        ></span>
      </div>
      <p class="sub cut request-mail">${offer.email || gettext("no e-mail given")}</p>
      <p class="sub cut request-queue">${icon("queue", true)}<span class="cut">${offer.queue}</span></p>
      ${this.kindLine(offer)}
      <p class="meta num">
        ${gettext("waiting for acceptance")} <cc-timer .at=${offer.offeredAt}></cc-timer>
        <span class="inq">· ${gettext("in queue")} <cc-timer .at=${offer.waitingSince}></cc-timer></span>
      </p>
      <button
        class="btn primary wide"
        type="button"
        aria-disabled=${busy ? "true" : nothing}
        @click=${busy ? nothing : () => this.tell("accept", {offer: offer.id})}>
        ${busy ? gettext("Accepting…") : gettext("Accept")}<span class="sr"> ${offer.name}</span>
      </button>
      <cc-bar class="bar" .from=${offer.offeredAt} .until=${offer.expiresAt}></cc-bar>
    </article>`;
  }

  note(note) {
    return html`<article class="request request-note" role="status">
      <div class="request-head">
        ${icon(note.chat ? "chat" : "alert")}<span class="grow strong cut">${note.name}</span>
        <button
          class="btn quiet icon small"
          type="button"
          aria-label=${gettext("Close")}
          @click=${() => this.tell("dismiss", {note: note.id})}>
          ${icon("x", true)}
        </button>
      </div>
      <p class="sub">${note.text}</p>
      ${note.chat ? html`<button class="btn small" type="button" @click=${() => this.tell("open", {chat: note.chat})}>${gettext("Open")}</button>` : nothing}
    </article>`;
  }

  render() {
    if (!this.offers.length && !this.notes.length) return nothing;
    const shown = this.offers.slice(this.first, this.first + this.page);
    const classes = classMap({requests: true, many: shown.length >= DENSE_FROM, "requests-quiet": !this.offers.length});
    return html`<section class=${classes} aria-label=${gettext("Contact requests")} data-pane-part tabindex="-1">
      ${repeat(
        this.notes,
        (note) => note.id,
        (note) => this.note(note),
      )}
      ${this.all()}${repeat(
        shown,
        (offer) => offer.id,
        (offer) => this.request(offer),
      )}
    </section>`;
  }
}

customElements.define("cc-requests", Requests);
