/** <cc-bubble>: one message, its files, its time and, for an own one, what became of it. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {withoutCards} from "../shared/cards.js";
import "../shared/file.js";
import {discardedWords} from "../shared/file-words.js";
import {richText, time} from "../shared/format.js";
import "../shared/upload.js";
import {gettext} from "../shared/words.js";
import {icon, Part} from "./part.js";

const REFUSALS = {
  pci_dropped: () => gettext("Not sent: this looks like a card number. Nothing was stored."),
  gone: () => gettext("Not sent: the chat is over."),
  not_found: () => gettext("Not sent: a file is no longer there."),
};

/** Fires "cc-edit", "cc-dismiss" and "cc-again" (detail {cid}) from a refused message. `api` fetches files. */
export class Bubble extends Part {
  static properties = {
    message: {attribute: false},
    api: {attribute: false},
    mine: {type: Boolean},
    named: {type: Boolean},
    read: {type: Boolean},
    timed: {type: Boolean},
  };

  render() {
    const {sender} = this.message;
    const text = this.message.state ? withoutCards(this.message.text) : this.message.text;
    return html`
      ${this.named ? html`<div class="w-name">${this.#name(sender)}</div>` : nothing}
      ${text ? html`<div class="bubble">${this.#speaker()}${words(text)}</div>` : nothing}
      ${this.#files()}
      ${this.message.state ? this.#progress() : this.#stamp()}
    `;
  }

  #files() {
    const {attachments = [], batch = null, state, error} = this.message;
    const discarded = error?.code === "pci_dropped" && error.attachments?.length ? error.attachments : null;
    if (batch && (state === "uploading" || state === "stopped")) {
      return batch.items.map((item) => html`<cc-upload .item=${item} .uploads=${batch.uploads}></cc-upload>`);
    }
    const files = discarded ?? batch?.cards ?? attachments;
    return files.map((file) => html`<cc-file .file=${file} .api=${this.api} ?mine=${this.mine}></cc-file>`);
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
    if (state === "refused" || state === "stopped") return this.#refusal();
    if (state === "uploading") {
      const words = gettext("goes out once its files are uploaded");
      return html`<div class="w-at going">${icon("clock", {small: true})}<span>${words}</span></div>`;
    }
    if (state === "waiting") {
      return html`<div class="w-at late">${icon("clock", {small: true})}${gettext("goes out when you are back")}</div>`;
    }
    const label = state === "held"
      ? html`<span>${this.message.batch
          ? gettext("Being checked, a few seconds")
          : gettext("goes out after the one before it")}</span>`
      : html`<span class="sr">${gettext("Sending")}</span>`;
    return html`<div class="w-at going">${icon("clock", {small: true})}${label}</div>`;
  }

  /** Why it didn't go, and what can be done: nothing more for one that was discarded with its files. */
  #refusal() {
    const {error, batch, state} = this.message;
    const discarded = error?.code === "pci_dropped" && Boolean(batch);
    const hopeless = state === "stopped" || ["gone", "not_found", "pci_dropped"].includes(error.code);
    return html`
      <div class="w-at refused" role="alert">${icon("alert", {small: true})}<span>${this.#why(discarded)}</span></div>
      <div class="w-redo">
        ${discarded
          ? html`<button class="link" type="button" @click=${() => this.#fire("cc-dismiss")}>${gettext("OK")}</button>`
          : html`<button class="link" type="button" @click=${() => this.#fire("cc-edit")}>${gettext("Edit")}</button>`}
        ${hopeless ? nothing : html`<button class="link" type="button"
          @click=${() => this.#fire("cc-again")}>${gettext("Send again")}</button>`}
      </div>`;
  }

  #why(discarded) {
    const {error, state} = this.message;
    if (state === "stopped") return gettext("Not sent: a file could not be uploaded.");
    if (discarded) {
      return [gettext("The whole message was discarded, nobody has seen it."), discardedWords(error)].join(" ").trim();
    }
    return REFUSALS[error.code]?.() ?? (error.message || gettext("Not sent."));
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
