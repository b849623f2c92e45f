/** <cc-file>: one file of a message. Clean ones can be fetched; the token goes in a header, never in an address. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {fileSize} from "../shared/format.js";
import {gettext} from "../shared/words.js";
import {icon, Part} from "./part.js";

/** Shows {id, name, size, type, status, reason}. */
export class FileLine extends Part {
  static properties = {
    file: {attribute: false},
    token: {attribute: false},
    failed: {state: true},
    busy: {state: true},
  };

  render() {
    const {name, status} = this.file;
    const picture = status === "dropped" ? "filex" : this.file.type?.startsWith("image/") ? "image" : "file";
    const inside = html`${icon(picture)}<span class="grow"><span class="cut block">${name}</span><span
      class="meta">${this.#state()}</span></span>`;
    if (status !== "clean") return html`<div class="file ${status}">${inside}</div>`;
    return html`<button class="file" type="button" aria-busy=${this.busy ? "true" : nothing}
      @click=${this.#fetch}>${inside}${icon("download")}</button>`;
  }

  #state() {
    const {status, size} = this.file;
    if (status === "scanning") return gettext("Being checked, a few seconds");
    if (status === "dropped") return gettext("Not sent. It was deleted.");
    if (this.failed) return gettext("Couldn’t fetch the file. Try again.");
    return fileSize(size);
  }

  async #fetch() {
    if (this.busy) return;
    this.busy = true;
    try {
      await this.#save();
      this.failed = false;
    } catch {
      this.failed = true;
    } finally {
      this.busy = false;
    }
  }

  async #save() {
    const {chat, token} = this.token;
    const address = `/api/v1/chats/${chat}/attachments/${encodeURIComponent(this.file.id)}/`;
    const response = await fetch(address, {credentials: "omit", headers: {Authorization: `Bearer ${token}`}});
    if (!response.ok) throw new Error(`The file answered ${response.status}.`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = this.file.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

customElements.define("cc-file", FileLine);
