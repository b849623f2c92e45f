/** <cc-drop-zone>: lies over what it stands in while files are dragged across the page, and takes them there. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {LightElement, mark} from "./light.js";
import {gettext} from "./words.js";

const AWAY = 200; // ms without a dragover after which nothing is dragged here any more

/** `why`: the reason why nothing can be attached now, "" when it can. Event: "files" {files}. */
export class DropZone extends LightElement {
  static properties = {why: {}, dragging: {state: true}};

  #listening = null;
  #away = 0;

  connectedCallback() {
    super.connectedCallback();
    this.#listening = new AbortController();
    const {signal} = this.#listening;
    addEventListener("dragover", (event) => this.#over(event), {signal});
    addEventListener("drop", (event) => this.#dropped(event), {signal});
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#listening.abort();
    clearTimeout(this.#away);
  }

  render() {
    if (!this.dragging) return nothing;
    return html`<div class=${`drop-zone ${this.why ? "closed" : ""}`}>${mark(this.why ? "alert" : "clip")}<b
      >${this.why || gettext("Drop the files here to attach them")}</b></div>`;
  }

  /** A file dropped beside it would take the browser away from the page. */
  #over(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = !this.why && this.parentElement.contains(event.target) ? "copy" : "none";
    this.dragging = true;
    clearTimeout(this.#away);
    this.#away = setTimeout(() => { this.dragging = false; }, AWAY);
  }

  #dropped(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dragging = false;
    if (this.why || !this.parentElement.contains(event.target)) return;
    const files = dragged(event.dataTransfer);
    if (files.length) this.dispatchEvent(new CustomEvent("files", {bubbles: true, detail: {files}}));
  }
}

customElements.define("cc-drop-zone", DropZone);

/** The files of a drop or paste; folders can't be sent. */
export function dragged(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  return items.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory).map((item) => item.getAsFile());
}
