/** <cc-file>: one file of a message: being checked, clean with its download, or discarded with the reason. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {fileWords, isImage} from "./file-words.js";
import {LightElement, mark} from "./light.js";
import "./picture.js";
import {gettext, interpolate} from "./words.js";

/**
 * Shows {id, name, size, type, status, reason}; `mine`: the reader sent it. `api` (file-api.js) fetches it, without one
 * nobody can. A customer's token goes in a header, never in an address.
 */
export class FileLine extends LightElement {
  static properties = {
    file: {attribute: false},
    api: {attribute: false},
    mine: {type: Boolean},
    failed: {state: true},
    busy: {state: true},
  };

  render() {
    const {file, api} = this;
    const clean = file.status === "clean";
    const name = {scanning: "clock", dropped: "filex"}[file.status] ?? (isImage(file) ? "image" : "file");
    const words = this.failed ? gettext("Couldn’t fetch the file. Try again.") : fileWords(file, this.mine);
    return html`${clean && api && isImage(file) ? html`<cc-picture .file=${file} .api=${api}></cc-picture>` : nothing}
      <div class=${`file ${file.status}`}>${mark(name)}<span class="grow"><span class="cut block"
        title=${file.name}>${file.name}</span><span class="meta block">${words}</span></span>${
        clean && api ? this.#download() : nothing}</div>`;
  }

  #download() {
    const words = interpolate(gettext("Download %(name)s"), this.file);
    if (!this.api.token) {
      return html`<a class="btn quiet icon small" download href=${this.api.address(this.file.id)} aria-label=${words}
        title=${words}>${mark("download")}</a>`;
    }
    return html`<button class="btn quiet icon small" type="button" aria-label=${words} title=${words}
      aria-busy=${this.busy ? "true" : nothing} @click=${this.#save}>${mark("download")}</button>`;
  }

  async #save() {
    if (this.busy) return;
    this.busy = true;
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await this.api.fetch(this.file.id));
      link.download = this.file.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      this.failed = false;
    } catch {
      this.failed = true;
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("cc-file", FileLine);
