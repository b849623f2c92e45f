// Ending a chat, in place: the desk suggests asking the customer first.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext, interpolate} from "../shared/words.js";
import {Part, icon} from "./part.js";

/** `name`; `closing`: the configured sentence or ""; `error`. Events: "insert-closing", "end", "closed". */
class EndBar extends Part {
  static properties = {name: {}, closing: {}, error: {}, busy: {type: Boolean}};

  firstUpdated() {
    this.querySelector(".btn.first").focus();
  }

  keyed(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.tell("closed");
  }

  render() {
    const {closing, busy} = this;
    return html`<section class="end-bar" role="dialog" aria-labelledby="end-title" @keydown=${this.keyed}>
      <div class="grow">
        <b id="end-title">${interpolate(gettext("End the chat with %(name)s?"), {name: this.name})}</b>
        <p class="sub">
          ${closing ? gettext("Better: ask the customer to end it. You can put the sentence into your message.") : gettext("Nobody can write after the end.")}
        </p>
        ${closing ? html`<p class="end-closing sub">“${closing}”</p>` : nothing}
        ${this.error ? html`<p class="note bad" role="alert">${this.error}</p>` : nothing}
      </div>
      <div class="row end-acts">
        ${closing ? html`<button class="btn first" type="button" @click=${() => this.tell("insert-closing")}>${gettext("Insert the sentence")}</button>` : nothing}
        <button
          class=${`btn danger ${closing ? "" : "first"}`}
          type="button"
          aria-disabled=${busy ? "true" : nothing}
          @click=${() => !busy && this.tell("end")}>
          ${icon("end")}${gettext("End now")}
        </button>
        <button class="btn quiet" type="button" @click=${() => this.tell("closed")}>${gettext("Cancel")}</button>
      </div>
    </section>`;
  }
}

customElements.define("cc-end-bar", EndBar);
