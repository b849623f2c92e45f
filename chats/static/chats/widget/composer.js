/** <cc-composer>: where the customer writes. Warns of card numbers before they go; the draft survives a reload. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {pasted, picked} from "../shared/attaching.js";
import {findCards, withoutCards} from "../shared/cards.js";
import {accepted} from "../shared/file-words.js";
import {forget, keep, kept} from "../shared/storage.js";
import "../shared/tray.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import "./emoji.js";
import {icon, Part, told, toldIf} from "./part.js";

const TALLEST = 154;

/**
 * `limits` {text in code points, files, bytes}; `uploads`: files of the chat; `kinds`: that may be attached; `policy`: what
 * becomes of a card number, "redact", "drop" or null. Fires "cc-send" (detail {text}; the files in the tray go along) and
 * "cc-typing" (detail {on}).
 */
export class Composer extends Part {
  static properties = {
    chat: {},
    limits: {attribute: false},
    uploads: {attribute: false},
    policy: {},
    kinds: {attribute: false},
    text: {state: true},
    insisted: {state: true},
    choosing: {state: true},
  };

  constructor() {
    super();
    this.text = "";
    this.kinds = [];
  }

  willUpdate(changed) {
    if (changed.has("uploads")) {
      changed.get("uploads")?.removeEventListener("change", this.#filesMoved);
      this.uploads?.addEventListener("change", this.#filesMoved);
    }
    if (changed.has("chat")) this.text = kept(this.#draftKey) ?? "";
  }

  updated(changed) {
    if (!changed.has("text") && !changed.has("chat")) return;
    const box = this.#box;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, TALLEST)}px`;
    box.style.overflowY = box.scrollHeight > TALLEST ? "auto" : "hidden";
  }

  render() {
    const over = this.#over();
    const counted = over > -500;
    return html`<form class="w-comp" @submit=${this.#submit}>
      ${this.#warning()}
      ${counted ? this.#counter(over) : nothing}
      ${this.choosing
        ? html`<cc-emoji @cc-pick=${this.#insert} @cc-emoji-close=${this.#toggleEmoji}></cc-emoji>`
        : nothing}
      <cc-tray .uploads=${this.uploads} .limits=${this.limits} @upload-removed=${() => this.focusText()}></cc-tray>
      <div class="w-box">
        ${this.#clip()}
        <textarea rows="1" enterkeyhint="send" placeholder=${gettext("Write a message")}
          aria-label=${gettext("Message")} aria-invalid=${toldIf(over > 0)}
          aria-describedby=${counted ? "w-left" : nothing} .value=${this.text}
          @input=${this.#typed} @paste=${this.#pasted} @keydown=${this.#key} @blur=${() => this.#fire("cc-typing", {on: false})}></textarea>
        <button class="w-btn" type="button" aria-label=${gettext("Emoji")} aria-expanded=${told(this.choosing)}
          @click=${this.#toggleEmoji}>${icon("emoji")}</button>
        <button class="w-send" type="submit" aria-label=${this.#masks() ? gettext("Send masked") : gettext("Send")}
          aria-disabled=${toldIf(!this.#sendable())}>${icon("send")}</button>
      </div>
    </form>`;
  }

  /** Puts the cursor into the text. */
  focusText() {
    this.#box.focus();
  }

  /** Adds words to what is there, below it. */
  take(text) {
    this.#set([this.text.trim() && this.text, text].filter(Boolean).join("\n"));
    this.focusText();
  }

  /** The files join the message. */
  attach(files) {
    if (!files.length || !this.kinds.length) return;
    this.uploads.add(files);
    this.focusText();
  }

  get #box() {
    return this.querySelector("textarea");
  }

  get #draftKey() {
    return `cc.draft.${this.chat}`;
  }

  #counter(over) {
    return html`<p class=${over > 0 ? "w-left too-long" : "w-left"} id="w-left" role="status">${leftWords(-over)}</p>`;
  }

  #filesMoved = () => this.requestUpdate();

  #clip() {
    const why = this.kinds.length ? "" : gettext("Files can’t be attached in this chat");
    const words = why || gettext("Attach files");
    return html`<button class="w-btn" type="button" aria-label=${words} title=${words} aria-disabled=${toldIf(Boolean(why))}
        @click=${() => !why && this.querySelector("input[type=file]").click()}>${icon("clip")}</button>
      <input type="file" multiple hidden accept=${accepted(this.kinds)}
        @change=${(event) => this.attach(picked(event))}>`;
  }

  #pasted(event) {
    const files = pasted(event);
    if (!files.length) return;
    event.preventDefault();
    this.attach(files);
  }

  get #cards() {
    return this.policy ? findCards(this.text) : [];
  }

  /** The number would be masked, the rest of the message go. */
  #masks() {
    return this.policy === "redact" && this.#cards.length > 0;
  }

  #warning() {
    const cards = this.#cards;
    if (!cards.length) return nothing;
    const masks = this.#masks();
    const what = masks
      ? html`${gettext("It would arrive as")} <span class="masked">•••• ${cards[0].last4}</span>`
      : gettext("The whole message would be discarded.");
    return html`<div class="note warn w-pci" role="alert">${icon("alert")}
      <span class="grow"><b>${gettext("Looks like a card number")}</b><br>${what}${
        this.insisted ? html` ${gettext("It was not sent.")}` : nothing}
        <span class="w-pci-acts"><button class="link" type="button" @click=${this.#edit}>${gettext("Edit")}</button>
        <button class="link" type="button" @click=${this.#takeOut}>${gettext("Take it out")}</button>
        ${masks ? html`<button class="link" type="submit">${gettext("Send masked")}</button>` : nothing}</span></span></div>`;
  }

  /** Marks the number, so that the next key changes it. */
  #edit() {
    const [{start, end}] = this.#cards;
    this.focusText();
    this.#box.setSelectionRange(start, end);
  }

  #toggleEmoji() {
    this.choosing = !this.choosing;
    if (!this.choosing) this.focusText();
  }

  /** The picture goes where the cursor was. */
  #insert(event) {
    const {selectionStart, selectionEnd} = this.#box;
    const {emoji} = event.detail;
    this.#set(this.text.slice(0, selectionStart) + emoji + this.text.slice(selectionEnd));
    this.choosing = false;
    this.#placeCursor(selectionStart + emoji.length);
  }

  async #placeCursor(at) {
    await this.updateComplete;
    this.focusText();
    this.#box.setSelectionRange(at, at);
  }

  #takeOut() {
    let text = this.text;
    for (const {start, end} of findCards(text).reverse()) text = text.slice(0, start) + text.slice(end);
    this.#set(text);
    this.focusText();
  }

  /** How many code points too many; below zero: so many are left. */
  #over() {
    if (this.text.length < this.limits.text - 500) return this.text.length - this.limits.text;
    return [...this.text].length - this.limits.text;
  }

  #sendable() {
    return (this.text.trim() !== "" || Boolean(this.uploads?.filled)) && this.#over() <= 0 && !this.#discards();
  }

  #discards() {
    return this.policy === "drop" && this.#cards.length > 0;
  }

  #typed(event) {
    this.#set(event.target.value);
    this.#fire("cc-typing", {on: this.text.trim() !== ""});
  }

  #set(text) {
    this.text = text;
    this.insisted = false;
    if (text) keep(this.#draftKey, withoutCards(text));
    else forget(this.#draftKey);
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #submit(event) {
    event.preventDefault();
    this.#send();
    this.focusText();
  }

  /** The message is in the outbox before the box is emptied; one that would be discarded whole stays where it is. */
  #send() {
    this.insisted = this.#discards();
    if (!this.#sendable()) return;
    this.#fire("cc-send", {text: this.text.trim()});
    this.#set("");
  }

  #fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, {bubbles: true, detail}));
  }
}

customElements.define("cc-composer", Composer);

function leftWords(left) {
  const count = Math.abs(left);
  const words = left >= 0
    ? ngettext("%(count)s character left", "%(count)s characters left", count)
    : ngettext("%(count)s character too many", "%(count)s characters too many", count);
  return interpolate(words, {count});
}
