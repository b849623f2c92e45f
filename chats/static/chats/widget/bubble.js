/** <cc-bubble>: one message, its files, its time and, for an own one, what became of it. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {findCards} from "../shared/cards.js";
import {richText, time} from "../shared/format.js";
import {gettext} from "../shared/words.js";
import "./file.js";
import {icon, Part} from "./part.js";

const REFUSALS = {
  pci_dropped: () => gettext("Not sent: this looks like a card number. Nothing was stored."),
  gone: () => gettext("Not sent: the chat is over."),
  state: () => gettext("Not sent: the chat is over."),
  too_large: () => gettext("Not sent: the message is too long."),
};

/** Fires "cc-edit" and "cc-again" (detail {cid}) from a refused message. */
export class Bubble extends Part {
  static properties = {
    message: {attribute: false},
    token: {attribute: false},
    mine: {type: Boolean},
    named: {type: Boolean},
    read: {type: Boolean},
    timed: {type: Boolean},
  };

  render() {
    const {sender, attachments = []} = this.message;
    const text = this.message.error?.code === "pci_dropped" ? withoutCards(this.message.text) : this.message.text;
    return html`
      ${this.named ? html`<div class="w-name">${this.#name(sender)}</div>` : nothing}
      ${text ? html`<div class="bubble">${this.#speaker()}${words(text)}</div>` : nothing}
      ${attachments.map((file) => html`<cc-file .file=${file} .token=${this.token}></cc-file>`)}
      ${this.message.state ? this.#progress() : this.#stamp()}
    `;
  }

  /** The name above a bubble tells who speaks; the own ones have none. */
  #speaker() {
    return this.mine ? html`<span class="sr">${gettext("You:")} </span>` : nothing;
  }

  #name(sender) {
    return sender.kind === "bot" ? sender.name || gettext("Assistant") : sender.name;
  }

  #stamp() {
    if (!this.timed) return nothing;
    return html`<div class="w-at">${time(this.message.at)}${this.read ? html` · ${gettext("read")}` : nothing}</div>`;
  }

  #progress() {
    const {state} = this.message;
    if (state === "refused") return this.#refusal();
    if (state === "waiting") {
      return html`<div class="w-at late">${icon("clock", {small: true})}${gettext("goes out when you are back")}</div>`;
    }
    const label = state === "held"
      ? html`<span>${gettext("Being checked, a few seconds")}</span>`
      : html`<span class="sr">${gettext("Sending")}</span>`;
    return html`<div class="w-at going">${icon("clock", {small: true})}${label}</div>`;
  }

  #refusal() {
    const {cid, error} = this.message;
    const reason = REFUSALS[error.code]?.() ?? (error.message || gettext("Not sent."));
    const hopeless = error.code === "gone" || error.code === "state" || error.code === "pci_dropped";
    return html`
      <div class="w-at refused">${icon("alert", {small: true})}<span>${reason}</span></div>
      <div class="w-redo">
        <button class="link" type="button" @click=${() => this.#fire("cc-edit")}>${gettext("Edit")}</button>
        ${hopeless ? nothing : html`<button class="link" type="button"
          @click=${() => this.#fire("cc-again")}>${gettext("Send again")}</button>`}
      </div>`;
  }

  #fire(name) {
    this.dispatchEvent(new CustomEvent(name, {bubbles: true, detail: {cid: this.message.cid}}));
  }
}

customElements.define("cc-bubble", Bubble);

/** Running text: links and masked numbers; everything else is a text node. */
function words(text) {
  return richText(text).map((part) => {
    if (typeof part === "string") return part;
    if (part.masked) return html`<span class="masked">${part.masked}</span>`;
    return html`<a href=${part.href} target="_blank" rel="noopener noreferrer">${part.text}</a>`;
  });
}

/** The text as a discarded message shows it: the screen keeps no card number either. */
function withoutCards(text) {
  let shown = text;
  for (const {start, end, last4} of findCards(text).reverse()) {
    shown = `${shown.slice(0, start)}•••• ${last4}${shown.slice(end)}`;
  }
  return shown;
}
