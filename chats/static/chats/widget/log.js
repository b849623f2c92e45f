/** <cc-log>: the conversation, oldest first, with what is pending, who waits and who writes at its end. */

import {html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {day, time} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import "./bubble.js";
import {icon, Part, told} from "./part.js";
import {systemLine} from "./system-words.js";

const AT_END = 40;
const CARD_DETECTORS = new Set(["pan", "pan_near", "track", "cvv"]);

/** `tail`: a template for the list items after the last line. Stays at the end unless the reader scrolled up. */
export class Log extends Part {
  static properties = {
    entries: {attribute: false},
    pending: {attribute: false},
    typing: {attribute: false},
    tail: {attribute: false},
    api: {attribute: false},
    seenByOthers: {type: Number},
    foldBot: {type: Boolean},
    unfolded: {state: true},
    below: {state: true},
  };

  #atEnd = true;
  #lastTop = 0;
  #newest = 0;

  constructor() {
    super();
    this.entries = [];
    this.pending = [];
    this.typing = [];
    this.below = 0;
    this.unfolded = false;
  }

  get #scroller() {
    return this.querySelector(".w-body");
  }

  /** Moves to the newest line. */
  toEnd() {
    this.#atEnd = true;
    this.below = 0;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  willUpdate(changed) {
    if (!changed.has("entries")) return;
    const fresh = this.entries.filter((entry) => entry.seq > this.#newest && entry.kind === "message");
    if (!this.#atEnd && this.#newest) this.below += fresh.length;
    this.#newest = this.entries.at(-1)?.seq ?? 0;
  }

  updated(changed) {
    if (changed.has("pending") && this.pending.length > (changed.get("pending")?.length ?? 0)) this.#atEnd = true;
    if (this.#atEnd) this.toEnd();
  }

  firstUpdated() {
    const keepEnd = new ResizeObserver(() => {
      if (this.#atEnd) this.toEnd();
    });
    keepEnd.observe(this.#scroller);
    keepEnd.observe(this.querySelector(".w-log"));
  }

  render() {
    const lines = shownLines(this.entries);
    const folded = this.foldBot ? botPart(lines) : 0;
    return html`<div class="w-scroll">
      <div class="w-body" role="log" aria-live="off" tabindex="0" aria-label=${gettext("Conversation")}
        @scroll=${this.#scrolled}><ol class="w-log">
        ${folded ? this.#fold(lines.slice(0, folded)) : nothing}
        ${repeat(lines, ({entry}) => entry.seq, (line, n) => this.#line(line, n, n < folded && !this.unfolded, lines))}
        ${repeat(this.pending, ({cid}) => cid, (message) => this.#pending(message))}
        ${this.tail ?? nothing}
        ${this.typing.length ? this.#typists() : nothing}
      </ol></div>
      ${this.below ? this.#jump() : nothing}
    </div>`;
  }

  #line({entry, system}, n, hidden, lines) {
    const previous = lines[n - 1];
    const dated = newDay(entry, previous?.entry)
      ? html`<li class="sysline w-day" ?hidden=${hidden}>${day(entry.at)}</li>`
      : nothing;
    if (system) {
      return html`${dated}<li class="sysline" data-seq=${entry.seq}
        ?hidden=${hidden}>${icon(system.icon, {small: true})}<span>${system.text} · ${time(entry.at)}</span></li>`;
    }
    return html`${dated}${this.#message(entry, n, hidden, lines)}`;
  }

  #message(entry, n, hidden, lines) {
    const kind = entry.sender?.kind ?? "customer";
    const mine = kind === "customer";
    const named = !mine && !sameSpeaker(entry, lines[n - 1]);
    const timed = mine && !(sameSpeaker(entry, lines[n + 1]) && sameMinute(entry, lines[n + 1].entry));
    const read = mine && entry.seq <= this.seenByOthers && entry.seq === lastOwn(lines);
    return html`<li class="msg from-${kind}" data-seq=${entry.seq} ?hidden=${hidden}>
      <cc-bubble .message=${entry} .api=${this.api} ?mine=${mine} ?named=${named} ?read=${read}
        ?timed=${timed || read}></cc-bubble>
    </li>${mine ? masking(entry, hidden) : nothing}`;
  }

  #pending(message) {
    const state = ["refused", "stopped"].includes(message.state) ? "not-sent" : "pending";
    return html`<li class="msg from-customer ${state}" data-cid=${message.cid}><cc-bubble .message=${message}
      .api=${this.api} mine></cc-bubble></li>`;
  }

  #fold(lines) {
    const count = lines.filter(({system}) => !system).length;
    const words = ngettext("Assistant, %(count)s message", "Assistant, %(count)s messages", count);
    const arrow = icon(this.unfolded ? "up" : "down", {small: true});
    return html`<li class="sysline"><button class="w-fold" type="button" aria-expanded=${told(this.unfolded)}
      @click=${this.#unfold}>${icon("bot", {small: true})}${interpolate(words, {count})}${arrow}</button></li>`;
  }

  #typists() {
    const words = interpolate(gettext("%(name)s is typing"), {name: this.typing.join(", ")});
    const dots = html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>`;
    return html`<li class="typing">${dots}${words}</li>`;
  }

  #jump() {
    const count = this.below;
    const words = interpolate(ngettext("%(count)s new message", "%(count)s new messages", count), {count});
    return html`<button class="btn w-jump" type="button"
      @click=${() => this.toEnd()}>${icon("down", {small: true})}${words}</button>`;
  }

  #unfold() {
    this.unfolded = !this.unfolded;
    this.#atEnd = false;
  }

  /** Only the reader's own way up leaves the end; lines that grow below him don't. */
  #scrolled() {
    const {scrollHeight, scrollTop, clientHeight} = this.#scroller;
    if (scrollHeight - scrollTop - clientHeight < AT_END) {
      this.#atEnd = true;
      this.below = 0;
    } else if (scrollTop < this.#lastTop) {
      this.#atEnd = false;
    }
    this.#lastTop = scrollTop;
  }
}

customElements.define("cc-log", Log);

/** Lines that the customer reads, as {entry, system}; someone's leaving and the end that follows it are one line. */
function shownLines(entries) {
  const lines = [];
  entries.forEach((entry, n) => {
    if (entry.kind === "message") {
      lines.push({entry, system: null});
      return;
    }
    if (entry.kind === "left" && entries[n + 1]?.kind === "ended") return;
    const system = systemLine(entry, entries[n - 1]);
    if (system) lines.push({entry, system});
  });
  return lines;
}

/** How many lines belong to the talk with the bot: up to its last word. */
function botPart(lines) {
  return lines.findLastIndex(({entry}) => entry.sender?.kind === "bot" && entry.kind === "message") + 1;
}

function lastOwn(lines) {
  return lines.findLast(({entry}) => entry.kind === "message" && entry.sender?.kind === "customer")?.entry.seq;
}

function sameSpeaker(entry, previous) {
  if (!previous || previous.system) return false;
  return previous.entry.sender?.kind === entry.sender?.kind && previous.entry.sender?.id === entry.sender?.id;
}

/** Why the own words look different now. */
function masking({text, findings = []}, hidden) {
  if (!findings.length || !text?.includes("•")) return nothing;
  const reason = findings.some(({detector}) => CARD_DETECTORS.has(detector))
    ? gettext("We hid your card number before saving it. Nobody here can see it, and nobody needs it.")
    : gettext("We hid personal data before saving it. Nobody here can see it, and nobody needs it.");
  return html`<li class="note warn w-why" ?hidden=${hidden}>${icon("shield")}<span>${reason}</span></li>`;
}

function sameMinute(one, other) {
  return time(one.at) === time(other.at) && !newDay(one, other);
}

function newDay(entry, previous) {
  if (!previous) return false;
  return new Date(previous.at).toDateString() !== new Date(entry.at).toDateString();
}
