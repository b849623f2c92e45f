// The open chat's lines. Stays at the end while its reader is there; keeps its place when he has scrolled up.

import {html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {withoutCards} from "../shared/cards.js";
import {discardedWords} from "../shared/file-words.js";
import {day, time} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {arrange} from "./lines.js";
import {pendingFiles, talkPart, talkText} from "./line-parts.js";
import {Part, icon} from "./part.js";
import {refusal} from "./refusals.js";
import {systemLine} from "./system-lines.js";

const PAGE = 120;
const NEAR = 48;

/**
 * `chat`: id; `name`: of the customer; `entries`, `staff`, `pending`: of the transcripts; `me`; `customerSeen`: seq; `typing`:
 * {name} or null; `missing`: lines are on their way. Events: "end-seen" (the end is before the reader's eyes), "take-back"
 * {cid}, "dismiss-message" {cid}, "again" {cid}.
 */
class TranscriptView extends Part {
  static properties = {
    chat: {},
    name: {},
    entries: {attribute: false},
    staff: {attribute: false},
    pending: {attribute: false},
    me: {attribute: false},
    customerSeen: {type: Number},
    typing: {attribute: false},
    missing: {type: Boolean},
    joinedAt: {attribute: false},
    foldOpen: {state: true},
    shown: {state: true},
    unseen: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {
      entries: [],
      staff: [],
      pending: [],
      shown: PAGE,
      unseen: 0,
      foldOpen: false,
      atEnd: true,
      lastSeq: 0,
    });
    this.resized = new ResizeObserver(() => this.atEnd && this.toEnd());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  get log() {
    return this.querySelector(".transcript");
  }

  willUpdate(changed) {
    if (changed.has("chat")) {
      Object.assign(this, {shown: PAGE, unseen: 0, foldOpen: false, atEnd: true, lastSeq: 0});
    }
    const head = this.entries.at(-1)?.seq ?? 0;
    if (!this.atEnd && this.lastSeq && head > this.lastSeq) {
      this.unseen += this.entries.filter(
        (entry) => entry.seq > this.lastSeq && entry.kind === "message" && !this.isOwn(entry),
      ).length;
    }
    this.lastSeq = head;
    this.hadPending = this.pending.length > (changed.get("pending")?.length ?? this.pending.length);
  }

  firstUpdated() {
    this.resized.observe(this.log);
  }

  updated(changed) {
    if (this.keepFrom !== undefined) {
      this.log.scrollTop += this.log.scrollHeight - this.keepFrom;
      this.keepFrom = undefined;
    } else if (this.atEnd || this.hadPending || changed.has("chat")) this.toEnd();
    if (this.atEnd) this.tell("end-seen");
  }

  /** Shows the newest line. */
  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.atEnd = true;
    if (this.unseen) this.unseen = 0;
  }

  isOwn(entry) {
    return entry.sender?.kind === "agent" && String(entry.sender.id) === this.me.id;
  }

  scrolled() {
    const {log} = this;
    const was = this.atEnd;
    this.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    if (this.atEnd && !was) {
      this.unseen = 0;
      this.tell("end-seen");
    }
    if (log.scrollTop < NEAR && this.count > this.shown) {
      this.keepFrom = log.scrollHeight;
      this.shown += PAGE;
    }
  }

  keyed(event) {
    if (event.key !== "End") return;
    event.preventDefault();
    this.toEnd();
  }

  sysline(entry) {
    const {icon: name, text} = systemLine(entry, this.me);
    return text
      ? html`<div class="sysline" data-seq=${entry.seq}>
          ${icon(name, true)}<span>${text}</span> · <time class="num" datetime=${entry.at}>${time(entry.at)}</time>
        </div>`
      : nothing;
  }

  whisper(entry) {
    const words = this.isOwn(entry) ? gettext("to the agent only:") : gettext("to you only:");
    return html`<div class="whisperline">
      ${icon("whisper", true)}<span
        ><b>${this.isOwn(entry) ? gettext("You") : entry.sender.name}</b> ${words} ${talkText(entry.text)}</span
      >
      <span class="meta num">${time(entry.at)}</span>
    </div>`;
  }

  fold(item) {
    const [first, then] = item.asked;
    const chosen = then
      ? interpolate(gettext("asked for “%(first)s”, then “%(then)s”"), {first, then})
      : first
        ? interpolate(gettext("asked for “%(first)s”"), {first})
        : "";
    const count = interpolate(
      ngettext("Before you: chatbot, %(count)s message", "Before you: chatbot, %(count)s messages", item.count),
      {count: item.count},
    );
    return html`<div class="fold-part">
      <button
        class="fold"
        type="button"
        aria-expanded=${String(this.foldOpen)}
        @click=${() => {
          this.foldOpen = !this.foldOpen;
        }}>
        ${icon("bot")}<span class="grow cut"><b>${count}</b>${chosen ? ` · ${chosen}` : nothing}</span>
        <span class="meta num">${time(item.from)}–${time(item.to)}</span>${icon(this.foldOpen ? "up" : "down", true)}
      </button>
      ${this.foldOpen ? html`<div class="fold-lines">${item.items.map((line) => this.item(line))}</div>` : nothing}
    </div>`;
  }

  speakerName(item) {
    if (item.own) return gettext("You");
    if (item.from === "bot") return item.name || gettext("Chatbot");
    return item.from === "customer" ? this.name : item.name;
  }

  item(item) {
    if (item.type === "day") return html`<div class="dayline"><span>${day(item.at)}</span></div>`;
    if (item.type === "fold") return this.fold(item);
    if (item.type === "system") return this.sysline(item.entry);
    if (item.type === "whisper") return this.whisper(item.entry);
    return html`${talkPart(this.chat, item, this.speakerName(item))}${this.mark(item)}`;
  }

  own(message) {
    const states = {
      sending: html`<p class="seen">${icon("clock", true)}<span>${gettext("being sent")}</span></p>`,
      waiting: html`<p class="seen late">${icon("clock", true)}<span>${gettext("not sent yet")}</span></p>`,
      uploading: html`<p class="seen">
        ${icon("clock", true)}<span>${gettext("goes out once its files are uploaded")}</span>
      </p>`,
      held: html`<p class="seen late">
        ${icon("shield", true)}<span>${message.batch
          ? gettext("goes out once its files are checked")
          : gettext("goes out after the one before it")}</span>
      </p>`,
    };
    return html`<div class=${`msg from-agent pending ${message.state}`}>
      <div class="msg-head"><b>${gettext("You")}</b> <time class="num">${time(message.at)}</time></div>
      ${message.text ? html`<div class="bubble" data-cid=${message.cid}>${talkText(withoutCards(message.text))}</div>` : nothing}
      ${pendingFiles(message)} ${states[message.state] ?? this.refused(message)}
    </div>`;
  }

  /** Why an own message didn't go, and what can be done: nothing more for one that was discarded with its files. */
  refused({state, cid, error, batch}) {
    if (state !== "refused" && state !== "stopped") return nothing;
    const discarded = error?.code === "pci_dropped" && Boolean(batch);
    const why = state === "stopped" ? gettext("Not sent: a file could not be uploaded.") : refusal(error);
    const back = discarded ? "" : gettext("Edit");
    const hopeless = state === "stopped" || ["pci_dropped", "gone", "not_found"].includes(error.code);
    return html`<p class="refused" role="alert">
      ${icon("alert", true)}<span>${discarded ? gettext("The whole message was discarded, nobody has seen it.") : why} ${discarded ? discardedWords(error) : nothing}</span>
      <button class="link" type="button" @click=${() => this.tell(discarded ? "dismiss-message" : "take-back", {cid})}>
        ${back || gettext("OK")}
      </button>
      ${hopeless ? nothing : html`<button class="link" type="button" @click=${() => this.tell("again", {cid})}>${gettext("Send again")}</button>`}
    </p>`;
  }

  /** Under the last message, when it is ours: has the customer read it? */
  mark(item) {
    const last = item.entries.at(-1);
    if (!item.own || last.seq !== this.lastMessage || this.pending.length) return nothing;
    const read = this.customerSeen >= last.seq;
    return html`<p class="seen seen-own">
      ${icon(read ? "check2" : "check", true)}<span>${read ? gettext("read") : gettext("sent")}</span>
    </p>`;
  }

  empty() {
    if (this.missing) return html`<div class="grey" aria-hidden="true"><span></span><span></span><span></span></div>`;
    const text = this.joinedAt
      ? interpolate(gettext("No words yet. You joined %(time)s."), {time: time(this.joinedAt)})
      : gettext("No words yet.");
    return html`<p class="sysline">${text}</p>`;
  }

  render() {
    const items = arrange({entries: this.entries, staff: this.staff, isOwn: (entry) => this.isOwn(entry)});
    this.count = items.length;
    this.lastMessage = this.entries.findLast((entry) => entry.kind === "message")?.seq;
    const shown = items.slice(-this.shown);
    return html`<div class="talk-log">
      <div
        class="transcript"
        role="log"
        aria-live="off"
        tabindex="0"
        aria-label=${interpolate(gettext("Conversation with %(name)s"), {name: this.name})}
        data-pane-part
        @scroll=${this.scrolled}
        @keydown=${this.keyed}>
        ${shown.length || this.pending.length ? nothing : this.empty()}
        ${repeat(
          shown,
          (item) => item.key,
          (item) => this.item(item),
        )}
        ${repeat(
          this.pending,
          (message) => message.cid,
          (message) => this.own(message),
        )}
        ${
          this.typing
            ? html`<div class="typing">
                <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span
                ><span>${interpolate(gettext("%(name)s is typing"), {name: this.typing.name})}</span>
              </div>`
            : nothing
        }
      </div>
      ${
        this.unseen
          ? html`<button
              class="btn small jump"
              type="button"
              @click=${() => {
                this.toEnd();
                this.tell("end-seen");
              }}>
              ${icon("down", true)}
              ${interpolate(ngettext("%(count)s new", "%(count)s new", this.unseen), {count: this.unseen})}
            </button>`
          : nothing
      }
    </div>`;
  }
}

customElements.define("cc-transcript", TranscriptView);
