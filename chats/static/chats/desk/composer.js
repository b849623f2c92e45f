// Where the agent writes. Nothing takes its focus, covers it or loses a letter of it.

import {html, live, nothing} from "../../contactcenter/vendor/lit.js";
import {pasted, picked} from "../shared/attaching.js";
import {findCards} from "../shared/cards.js";
import {accepted} from "../shared/file-words.js";
import {number} from "../shared/format.js";
import "../shared/tray.js";
import {gettext, interpolate} from "../shared/words.js";
import "./canned.js";
import "./emoji.js";
import {Part, icon} from "./part.js";

const COUNT_FROM = 0.9;
const TYPING_EVERY = 1_000;
const TYPING_ENDS = 4_000;
const TALLEST = 168;
const SHORTCUT = /(^|\n)\/([^\s/]*)$/u;

/**
 * `chat`: id; `draft`: what stands in it when the chat is opened or a text is put in from outside (`draftRev` grows then);
 * `search(q)`: canned responses; `uploads`: files of the chat; `kinds`: that may be attached; `policy`: what becomes of a card
 * number, "redact", "drop" or null. Events: "send" {text}, "draft" {text}, "typing" {on}.
 */
class Composer extends Part {
  static properties = {
    chat: {},
    name: {},
    draft: {attribute: false},
    draftRev: {type: Number},
    online: {type: Boolean},
    blocked: {},
    limits: {attribute: false},
    uploads: {attribute: false},
    policy: {},
    kinds: {attribute: false},
    mayCanned: {type: Boolean},
    search: {attribute: false},
    text: {state: true},
    canned: {state: true},
    emoji: {state: true},
    insisted: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {text: "", canned: null, emoji: false, kinds: [], lastTyping: 0, insisted: false});
    this.filesMoved = () => this.requestUpdate();
  }

  get limit() {
    return this.limits.text;
  }

  get field() {
    return this.querySelector("textarea");
  }

  /** True while it would be rude to take the focus away. */
  get inUse() {
    return this.text.trim() !== "" || this.canned !== null || this.emoji || Boolean(this.uploads?.tray.length);
  }

  willUpdate(changed) {
    if (changed.has("uploads")) {
      changed.get("uploads")?.removeEventListener("change", this.filesMoved);
      this.uploads?.addEventListener("change", this.filesMoved);
    }
    if (changed.has("chat") || changed.has("draftRev")) {
      this.text = this.draft ?? "";
      if (changed.has("chat")) Object.assign(this, {canned: null, emoji: false});
    }
  }

  updated(changed) {
    if (!changed.has("text")) return;
    const {field} = this;
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${Math.min(TALLEST, Math.max(field.scrollHeight, 56))}px`;
  }

  /** The text is `text` now, with the cursor behind it. */
  write(text, cursor = text.length) {
    this.text = text;
    this.tell("draft", {text});
    this.updateComplete.then(() => {
      this.field?.focus();
      this.field?.setSelectionRange(cursor, cursor);
    });
  }

  /** Puts a sentence where the cursor is, on a line of its own if something stands there already. */
  insert(words, spaced = true) {
    const {field} = this;
    const at = field?.selectionStart ?? this.text.length;
    const end = field?.selectionEnd ?? at;
    const before = this.text.slice(0, at);
    const gap = spaced && before && !/\s$/u.test(before) ? " " : "";
    this.write(before + gap + words + this.text.slice(end), at + gap.length + words.length);
  }

  typed(event) {
    this.text = event.target.value;
    this.insisted = false;
    this.tell("draft", {text: this.text});
    this.noteTyping();
    const match = SHORTCUT.exec(this.text.slice(0, event.target.selectionStart));
    if (match && this.mayCanned) this.canned = {query: match[2], typed: true};
    else if (this.canned?.typed) this.canned = null;
  }

  noteTyping() {
    const now = Date.now();
    const on = this.text.trim() !== "" && !SHORTCUT.test(this.text);
    if (on && now - this.lastTyping >= TYPING_EVERY) {
      this.lastTyping = now;
      this.tell("typing", {on: true});
    }
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.stopTyping(), TYPING_ENDS);
  }

  stopTyping() {
    if (!this.lastTyping) return;
    this.lastTyping = 0;
    clearTimeout(this.typingTimer);
    this.tell("typing", {on: false});
  }

  keyed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.canned?.typed && this.querySelector("cc-canned").keyed(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.send();
    }
  }

  get tooLong() {
    return [...this.text].length > this.limit;
  }

  /** The files join the message. */
  take(files) {
    if (!files.length || this.noFiles) return;
    this.uploads.add(files);
    this.field.focus();
  }

  /** Opens the browser's dialog for choosing files. */
  attach() {
    if (!this.noFiles) this.querySelector("input[type=file]").click();
  }

  get noFiles() {
    return this.kinds.length && !this.blocked ? "" : gettext("Files can’t be attached in this chat");
  }

  pasted(event) {
    const files = pasted(event);
    if (!files.length) return;
    event.preventDefault();
    this.take(files);
  }

  get cards() {
    return this.policy && this.text ? findCards(this.text) : [];
  }

  /** A message that would be discarded whole isn't sent: its words stay, the warning says why. */
  send() {
    const text = this.text.trim();
    if ((!text && !this.uploads?.filled) || this.blocked || this.tooLong) return;
    this.insisted = this.policy === "drop" && this.cards.length > 0;
    if (this.insisted) return;
    this.stopTyping();
    this.text = "";
    this.tell("send", {text});
    this.field.focus();
  }

  chosen(response) {
    const at = this.field.selectionStart ?? this.text.length;
    const before = this.text.slice(0, at);
    const match = SHORTCUT.exec(before);
    const typed = this.canned?.typed && match;
    this.canned = null;
    if (!typed) return this.insert(response.text);
    const kept = before.slice(0, match.index) + match[1];
    return this.write(kept + response.text + this.text.slice(at), kept.length + response.text.length);
  }

  toggleCanned() {
    this.emoji = false;
    this.canned = this.canned ? null : {query: "", typed: false};
    if (this.canned) this.updateComplete.then(() => this.querySelector("cc-canned").start());
  }

  closeCanned() {
    this.canned = null;
    this.field.focus();
  }

  takeOut() {
    let {text} = this;
    for (const card of [...findCards(text)].reverse()) text = text.slice(0, card.start) + text.slice(card.end);
    this.write(text.replace(/ {2,}/gu, " "));
  }

  /** Marks the number, so that the next key changes it. */
  edit() {
    const [{start, end}] = this.cards;
    this.field.focus();
    this.field.setSelectionRange(start, end);
  }

  warning() {
    const {cards} = this;
    if (!cards.length) return nothing;
    const drops = this.policy === "drop";
    const masked = cards.map((card) => html`<span class="masked">•••• ${card.last4}</span> `);
    const what = drops
      ? gettext("The whole message would be discarded.")
      : html`${gettext("It will be masked before it is sent:")} ${masked}`;
    const held = this.insisted ? html` ${gettext("It was not sent.")}` : nothing;
    return html`<div class="note warn pci" role="alert">
      ${icon("shield")}<span class="grow"><b>${gettext("This looks like a card number.")}</b> ${what}${held}</span>
      <span class="pci-acts"
        ><button class="link" type="button" @click=${this.edit}>${gettext("Edit")}</button>
        <button class="link" type="button" @click=${this.takeOut}>${gettext("Take it out")}</button>
        ${drops ? nothing : html`<button class="link" type="button" @click=${this.send}>${gettext("Send masked")}</button>`}</span
      >
    </div>`;
  }

  counter() {
    const length = this.text.length < this.limit * COUNT_FROM ? 0 : [...this.text].length;
    if (!length) return nothing;
    const words = this.tooLong ? gettext("%(over)s characters too long") : gettext("%(left)s characters left");
    const values = {over: number(length - this.limit), left: number(this.limit - length)};
    return html`<span class=${`meta num counter ${this.tooLong ? "over" : ""}`} role="status"
      >${interpolate(words, values)}</span
    >`;
  }

  tools() {
    const canned = this.mayCanned ? "" : gettext("Canned responses are not possible in this chat");
    const attach = this.noFiles;
    return html` <button
        class="btn quiet icon act-canned"
        type="button"
        aria-label=${canned || gettext("Canned responses")}
        title=${canned || gettext("Canned responses ( / )")}
        aria-disabled=${canned ? "true" : nothing}
        aria-haspopup="dialog"
        aria-expanded=${String(this.canned !== null)}
        @click=${canned ? nothing : this.toggleCanned}>
        ${icon("slash")}
      </button>
      <button
        class="btn quiet icon act-attach"
        type="button"
        aria-label=${attach || gettext("Attach files")}
        title=${attach || gettext("Attach files")}
        aria-disabled=${attach ? "true" : nothing}
        @click=${this.attach}>
        ${icon("clip")}
      </button>
      <input
        type="file"
        multiple
        hidden
        accept=${accepted(this.kinds)}
        @change=${(event) => this.take(picked(event))} />
      <button
        class="btn quiet icon act-emoji"
        type="button"
        aria-label=${gettext("Emoji")}
        aria-haspopup="dialog"
        aria-expanded=${String(this.emoji)}
        @click=${() => {
          this.emoji = !this.emoji;
          this.canned = null;
        }}>
        ${icon("emoji")}
      </button>`;
  }

  sendWord() {
    if (!this.online) return gettext("Send later");
    return this.policy === "redact" && this.cards.length ? gettext("Send masked") : gettext("Send");
  }

  bar() {
    const blocked = Boolean(this.blocked) || this.tooLong || (this.policy === "drop" && this.cards.length > 0);
    return html`<div class="composer-bar">
      ${this.tools()}
      <span class="grow meta composer-hint"
        ><span class="kbd">Enter</span> ${gettext("sends")} ·
        <span class="kbd">Shift Enter</span> ${gettext("new line")}</span
      >
      ${this.counter()}
      <button
        class="btn primary"
        type="submit"
        aria-disabled=${blocked ? "true" : nothing}
        title=${this.blocked || nothing}>
        ${this.sendWord()}${icon("send")}
      </button>
    </div>`;
  }

  popups() {
    return html`${
      this.canned
        ? html`<cc-canned
            .query=${this.canned.query}
            .typed=${this.canned.typed}
            .search=${this.search}
            @chosen=${(event) => this.chosen(event.detail)}
            @closed=${this.closeCanned}></cc-canned>`
        : nothing
    }
    ${
      this.emoji
        ? html`<cc-emoji
            @chosen=${(event) => {
              this.emoji = false;
              this.insert(event.detail.emoji, false);
            }}
            @closed=${() => {
              this.emoji = false;
              this.field.focus();
            }}></cc-emoji>`
        : nothing
    }`;
  }

  render() {
    const label = interpolate(gettext("Message to %(name)s"), {name: this.name});
    const list = this.canned?.typed;
    return html`<form
      class="composer"
      data-pane-part
      @submit=${(event) => {
        event.preventDefault();
        this.send();
      }}>
      ${this.popups()}${this.warning()}
      <div class="composer-box">
        <span class="draft">
          <textarea
            id="composer-text"
            rows="2"
            aria-label=${label}
            placeholder=${interpolate(gettext("Write to %(name)s"), {name: this.name})}
            aria-controls=${list ? "canned-list" : nothing}
            aria-activedescendant=${list ? "canned-active" : nothing}
            ?readonly=${Boolean(this.blocked)}
            .value=${live(this.text)}
            @input=${this.typed}
            @keydown=${this.keyed}
            @paste=${this.pasted}
            @blur=${this.stopTyping}></textarea>
        </span>
        <cc-tray
          .uploads=${this.uploads}
          .limits=${this.limits}
          @upload-removed=${() => this.field.focus()}></cc-tray>
        ${this.bar()}
      </div>
    </form>`;
  }
}

customElements.define("cc-composer", Composer);
