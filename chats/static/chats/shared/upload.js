/** <cc-upload>: one file on its way to the server, with its progress, cancel and retry. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {isImage, uploadWords} from "./file-words.js";
import {LightElement, mark} from "./light.js";
import {gettext, interpolate} from "./words.js";

const SHOWN_UP_TO = 10 * 1024 * 1024; // bytes of a picture that is shown small beside its name

/** `item` of `uploads` (see uploads.js). */
export class UploadLine extends LightElement {
  static properties = {item: {attribute: false}, uploads: {attribute: false}};

  #redraw = () => this.requestUpdate();
  #shown = null;
  #preview = "";

  connectedCallback() {
    super.connectedCallback();
    for (const name of ["change", "progress"]) this.uploads.addEventListener(name, this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const name of ["change", "progress"]) this.uploads.removeEventListener(name, this.#redraw);
    this.#show(null);
  }

  willUpdate() {
    const {source} = this.item;
    const fits = source && isImage(this.item) && this.item.type !== "image/svg+xml" && this.item.size <= SHOWN_UP_TO;
    if (fits && source !== this.#shown) this.#show(source);
  }

  render() {
    const {item} = this;
    const bad = !item.going && item.state !== "uploaded";
    return html`<div class=${`file upload ${bad ? "failed" : ""}`}>
      ${this.#preview ? html`<img class="thumb" src=${this.#preview} alt="">` : mark(this.#icon())}
      <span class="grow"><span class="row"><span class="cut grow">${item.name}</span>${this.#percent()}</span>
        ${this.#bar()}<span class="meta block">${uploadWords(item, this.uploads.online)}</span></span>
      ${item.state === "stopped" ? html`<button class="btn small" type="button"
        aria-label=${interpolate(gettext("Upload %(name)s again"), item)}
        @click=${() => this.uploads.retry(item.key)}>${mark("refresh", {small: true})}${gettext("Retry")}</button>`
        : nothing}
      <button class="btn quiet icon small" type="button" aria-label=${this.#removeWords()}
        title=${this.#removeWords()} @click=${this.#remove}>${mark("x")}</button>
    </div>`;
  }

  #icon() {
    if (["refused", "lost", "gone"].includes(this.item.state)) return "filex";
    return isImage(this.item) ? "image" : "file";
  }

  #percent() {
    if (!this.item.going) return nothing;
    return html`<span class="meta num">${Math.floor(this.item.progress * 100)} %</span>`;
  }

  #bar() {
    const {item} = this;
    if (!item.going && item.state !== "stopped") return nothing;
    return html`<progress class="bar" max="100" .value=${Math.floor(item.progress * 100)}
      aria-label=${interpolate(gettext("Upload of %(name)s"), item)}></progress>`;
  }

  #removeWords() {
    const words = this.item.going ? gettext("Cancel the upload of %(name)s") : gettext("Remove %(name)s");
    return interpolate(words, this.item);
  }

  #remove() {
    this.dispatchEvent(new CustomEvent("upload-removed", {bubbles: true}));
    this.uploads.remove(this.item.key);
  }

  #show(source) {
    if (this.#preview) URL.revokeObjectURL(this.#preview);
    this.#shown = source;
    this.#preview = source ? URL.createObjectURL(source) : "";
  }
}

customElements.define("cc-upload", UploadLine);
