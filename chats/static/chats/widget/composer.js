/** <cc-composer>: where the customer writes. Warns of card numbers before they go; the draft survives a reload. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {findCards} from "../shared/cards.js";
import {forget, keep, kept} from "../shared/storage.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import "./emoji.js";
import {icon, Part, told, toldIf} from "./part.js";

const TALLEST = 154;

/** `limit` in code points. Fires "cc-send" (detail {text}) and "cc-typing" (detail {on}). */
export class Composer extends Part {
  static properties = {
    chat: {},
    limit: {type: Number},
    text: {state: true},
    choosing: {state: true},
  };

  constructor() {
    super();
    this.text = "";
    this.limit = 10_000;
  }

  willUpdate(changed) {
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
      <div class="w-box">
        <textarea rows="1" enterkeyhint="send" placeholder=${gettext("Write a message")}
          aria-label=${gettext("Message")} aria-invalid=${toldIf(over > 0)}
          aria-describedby=${counted ? "w-left" : nothing} .value=${this.text}
          @input=${this.#typed} @keydown=${this.#key} @blur=${() => this.#fire("cc-typing", {on: false})}></textarea>
        <button class="w-btn" type="button" aria-label=${gettext("Emoji")} aria-expanded=${told(this.choosing)}
          @click=${this.#toggleEmoji}>${icon("emoji")}</button>
        <button class="w-send" type="submit" aria-label=${gettext("Send")}
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
    this.#set(this.text.trim() ? `${this.text}\n${text}` : text);
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

  #warning() {
    const cards = findCards(this.text);
    if (!cards.length) return nothing;
    return html`<p class="note warn w-pci" role="alert">${icon("alert")}
      <span class="grow"><b>${gettext("Looks like a card number")}</b><br>${gettext("It would arrive as")} <span
        class="masked">•••• ${cards[0].last4}</span></span>
      <button class="link" type="button" @click=${this.#takeOut}>${gettext("Take it out")}</button></p>`;
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
    if (this.text.length < this.limit - 500) return this.text.length - this.limit;
    return [...this.text].length - this.limit;
  }

  #sendable() {
    return this.text.trim() !== "" && this.#over() <= 0;
  }

  #typed(event) {
    this.#set(event.target.value);
    this.#fire("cc-typing", {on: this.text.trim() !== ""});
  }

  #set(text) {
    this.text = text;
    if (text) keep(this.#draftKey, text);
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

  /** The message is in the outbox before the box is emptied. */
  #send() {
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
