/** <cc-tray>: the files that will go with the message being written, and what couldn't be added. */

import {html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {leftWords, traySummary} from "./file-words.js";
import {LightElement, mark} from "./light.js";
import "./upload.js";
import {gettext} from "./words.js";

/** `uploads`: of the chat (uploads.js); `limits` {files, bytes}. Redraws itself as they change. */
export class Tray extends LightElement {
  static properties = {uploads: {attribute: false}, limits: {attribute: false}};

  #redraw = () => this.requestUpdate();
  #heard = null;

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#hear(null);
  }

  connectedCallback() {
    super.connectedCallback();
    this.requestUpdate();
  }

  willUpdate() {
    this.#hear(this.uploads);
  }

  render() {
    const {tray = [], left = null, all = []} = this.uploads ?? {};
    return html`<p class="sr" role="status">${traySummary(all)}</p>
      ${tray.length ? html`<ul class="composer-files" aria-label=${gettext("Files of this message")}>
        ${repeat(tray, ({key}) => key, (item) => html`<li><cc-upload .item=${item} .uploads=${this.uploads}
          ></cc-upload></li>`)}</ul>` : nothing}
      ${left ? html`<p class="note warn files-left" role="alert">${mark("alert")}<span class="grow"
        >${leftWords(left, this.limits)}</span><button class="link" type="button"
        @click=${() => this.uploads.forgive()}>${gettext("OK")}</button></p>` : nothing}`;
  }

  #hear(uploads) {
    if (uploads === this.#heard) return;
    for (const name of ["change", "progress"]) {
      this.#heard?.removeEventListener(name, this.#redraw);
      uploads?.addEventListener(name, this.#redraw);
    }
    this.#heard = uploads;
  }
}

customElements.define("cc-tray", Tray);
