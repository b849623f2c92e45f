// Contact history of the open chat's customer: search, filter, open a masked transcript and go back.

import {html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {day, time, visitorName} from "../shared/format.js";
import {gettext} from "../shared/words.js";
import {arrange} from "./lines.js";
import {talkPart} from "./line-parts.js";
import "./menu.js";
import {Part, icon} from "./part.js";
import {refusal} from "./refusals.js";
import {systemLine} from "./system-lines.js";

const PAUSE = 200;

/**
 * `chat`: whose customer; `list(fields)` → {items, more}; `openPast(past)` → {entries}; `past`: a contact to show, {chat, …} or
 * null; `me`. Events: "past" {chat}, "past-closed", "counted" {count}.
 */
class History extends Part {
  static properties = {
    chat: {},
    list: {attribute: false},
    openPast: {attribute: false},
    past: {attribute: false},
    me: {attribute: false},
    items: {state: true},
    more: {state: true},
    loading: {state: true},
    error: {state: true},
    query: {state: true},
    queue: {state: true},
    code: {state: true},
    entries: {state: true},
    pastError: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {
      items: [],
      more: false,
      loading: true,
      error: "",
      query: "",
      queue: null,
      code: null,
      entries: null,
      pastError: "",
      queues: new Map(),
      codes: new Map(),
    });
  }

  willUpdate(changed) {
    if (changed.has("chat")) {
      Object.assign(this, {
        items: [],
        query: "",
        queue: null,
        code: null,
        error: "",
        queues: new Map(),
        codes: new Map(),
      });
      if (this.chat) this.look();
    }
    if (changed.has("past") && changed.get("past")?.chat !== this.past?.chat) this.read();
  }

  get fields() {
    const fields = {chat: this.chat};
    if (this.query.trim()) fields.q = this.query.trim();
    if (this.queue) fields.queue = this.queue.id;
    if (this.code) fields.code = this.code.id;
    return fields;
  }

  async look(before = null) {
    const fields = this.fields;
    const asked = JSON.stringify(fields);
    this.loading = true;
    try {
      const {items, more} = await this.list(before ? {...fields, before} : fields);
      if (asked !== JSON.stringify(this.fields)) return;
      const known = new Set(before ? this.items.map((item) => item.chat) : []);
      Object.assign(this, {
        items: [...(before ? this.items : []), ...items.filter((item) => !known.has(item.chat))],
        more,
        error: "",
      });
      this.learn(items);
      if (!fields.q && !fields.queue && !fields.code) this.tell("counted", {count: this.items.length, more});
    } catch (error) {
      this.error = refusal(error);
    }
    this.loading = false;
  }

  learn(items) {
    for (const item of items) {
      if (item.queue) this.queues.set(item.queue.id, item.queue);
      for (const code of item.codes ?? []) this.codes.set(code.id, code);
    }
  }

  async read() {
    Object.assign(this, {entries: null, pastError: ""});
    const {past} = this;
    if (!past) return;
    try {
      const {entries} = await this.openPast(past.chat);
      if (this.past?.chat === past.chat) this.entries = entries;
    } catch (error) {
      this.pastError = refusal(error);
    }
  }

  typed(event) {
    this.query = event.target.value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  filter(name, all, known) {
    const choose = (value) => () => {
      this[name] = value;
      this.look();
    };
    const items = [
      {kind: "radio", label: all, checked: !this[name], act: choose(null)},
      ...[...known.values()].map((value) => ({
        kind: "radio",
        label: value.name,
        checked: this[name]?.id === value.id,
        act: choose(value),
      })),
    ];
    return html`<cc-menu
      .look=${"btn small"}
      .face=${html`<span class="cut">${this[name]?.name ?? all}</span>${icon("down", true)}`}
      .items=${items}></cc-menu>`;
  }

  row(item) {
    const codes = item.codes?.length ? item.codes.map((code) => code.name).join(", ") : gettext("N/A");
    const begun = item.connected_at ?? item.ended_at;
    const by = item.agent?.name ?? gettext("left while waiting");
    return html`<li>
      <a
        class="hist"
        href=${`#${item.chat}`}
        @click=${(event) => {
          event.preventDefault();
          this.tell("past", {chat: item.chat});
        }}>
        <span class="row"
          ><b class="cut grow">${codes}</b><span class="meta num">${day(begun)} ${time(begun)}</span></span
        >
        <span class="row meta"
          ><span class="cut grow">${item.queue?.name ?? ""} · ${by}</span
          ><span class="num">–${time(item.ended_at)}</span></span
        ></a
      >
    </li>`;
  }

  lines() {
    const isOwn = (entry) => entry.sender?.kind === "agent" && String(entry.sender.id) === this.me.id;
    const flat = arrange({entries: this.entries, staff: [], isOwn}).flatMap((item) =>
      item.type === "fold" ? item.items : [item],
    );
    const name = visitorName(this.past.customer ?? {});
    return flat.map((item) => {
      if (item.type === "day") return html`<div class="dayline"><span>${day(item.at)}</span></div>`;
      if (item.type === "system") {
        const line = systemLine(item.entry, this.me);
        return html`<div class="sysline">
          ${icon(line.icon, true)}<span>${line.text}</span> · <time class="num">${time(item.entry.at)}</time>
        </div>`;
      }
      const customer = this.past.customer ? name : item.name || gettext("Customer");
      return item.type === "talk"
        ? talkPart(
            null,
            item,
            item.own ? gettext("You") : item.from === "customer" ? customer : item.name || gettext("Chatbot"),
          )
        : nothing;
    });
  }

  reading() {
    const body = this.pastError
      ? html`<p class="note bad" role="alert">
          <span class="grow">${this.pastError}</span
          ><button class="link" type="button" @click=${this.read}>${gettext("Try again")}</button>
        </p>`
      : this.entries
        ? html`<div class="past-lines">${this.lines()}</div>`
        : html`<div class="grey" aria-hidden="true"><span></span><span></span><span></span></div>`;
    return html`<button class="btn small past-back" type="button" @click=${() => this.tell("past-closed")}>
        ${icon("left", true)}${gettext("Back to the list")}</button
      >${body}`;
  }

  listing() {
    if (!this.chat)
      return html`<p class="sub">
        ${gettext("Customer details and contact history show here once you open a chat.")}
      </p>`;
    const filtered = this.query.trim() || this.queue || this.code;
    return html`<label class="find"
        ><span class="sr">${gettext("Search history")}</span>${icon("search")}<input
          class="input"
          type="search"
          placeholder=${gettext("Search in 60 days")}
          .value=${this.query}
          @input=${this.typed}
      /></label>
      <div class="row hist-filter">
        ${this.filter("queue", gettext("All queues"), this.queues)}${this.filter("code", gettext("All reasons"), this.codes)}
      </div>
      ${this.error ? html`<p class="note bad" role="alert"><span class="grow">${this.error}</span><button class="link" type="button" @click=${() => this.look()}>${gettext("Try again")}</button></p>` : nothing}
      ${this.loading && !this.items.length ? html`<div class="grey" aria-hidden="true"><span></span><span></span><span></span></div>` : nothing}
      <ul class="hists">
        ${repeat(
          this.items,
          (item) => item.chat,
          (item) => this.row(item),
        )}
      </ul>
      ${!this.loading && !this.error && !this.items.length ? html`<p class="sub">${filtered ? gettext("Nothing found.") : gettext("First contact in 60 days.")}</p>` : nothing}
      ${this.more ? html`<button class="btn small wide" type="button" @click=${() => this.look(this.items.at(-1).started_at)}>${gettext("Show more")}</button>` : nothing}
      <p class="hint">${gettext("Last 60 days, at most 300 contacts. Transcripts open masked.")}</p>`;
  }

  render() {
    return this.past ? this.reading() : this.listing();
  }

  updated(changed) {
    if (changed.has("past") && this.past) this.querySelector(".past-back")?.focus({preventScroll: true});
    if (changed.has("loading")) this.querySelector("input")?.setAttribute("aria-busy", String(this.loading));
  }
}

customElements.define("cc-history", History);
