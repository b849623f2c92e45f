// A request was not accepted in time: what that means, and the two ways out.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {visitorName} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {instant} from "./clock.js";
import {Part, glyph} from "./part.js";

/** `missed`: the offer that lapsed, if this page saw it; `chats`: how many go on. Event: "state" {state, reason}. */
class Rona extends Part {
  static properties = {missed: {attribute: false}, chats: {type: Number}, busy: {type: Boolean}, error: {}};

  story() {
    const last = gettext("You get no new requests until you choose.");
    if (!this.missed) return `${gettext("A contact request was not accepted in time.")} ${last}`;
    const seconds = Math.round((instant(this.missed.expires_at) - instant(this.missed.offered_at)) / 1000);
    const values = {name: visitorName(this.missed.customer), seconds, queue: this.missed.queue?.name ?? ""};
    const first = interpolate(gettext("The request from %(name)s was not accepted within %(seconds)s s."), values);
    const back = this.missed.kind === "route" ? interpolate(gettext("It is back in %(queue)s."), values) : "";
    return [first, back, last].filter(Boolean).join(" ");
  }

  choose(state) {
    if (!this.busy) this.tell("state", {state, reason: null});
  }

  render() {
    const {chats} = this;
    return html`<section
      class="requests rona-pop"
      role="alertdialog"
      aria-labelledby="rona-title"
      aria-describedby="rona-story"
      data-pane-part
      tabindex="-1">
      <div class="rona-head">
        <span class="state rona" title=${gettext("Redirect on no answer")}
          >${glyph("rona")}<b id="rona-title">${gettext("You are in RONA")}</b></span
        >
      </div>
      <p class="sub" id="rona-story">${this.story()}</p>
      <div class="rona-acts">
        <button
          class="btn primary"
          type="button"
          aria-disabled=${this.busy ? "true" : nothing}
          @click=${() => this.choose("available")}>
          ${glyph("available")}${gettext("Go to Available")}
        </button>
        <button
          class="btn"
          type="button"
          aria-disabled=${this.busy ? "true" : nothing}
          @click=${() => this.choose("idle")}>
          ${glyph("idle")}${gettext("Go to Idle")}
        </button>
      </div>
      ${this.error ? html`<p class="note bad" role="alert">${this.error}</p>` : nothing}
      ${chats ? html`<p class="meta">${interpolate(ngettext("Your open chat goes on as before.", "Your %(count)s open chats go on as before.", chats), {count: chats})}</p>` : nothing}
    </section>`;
  }
}

customElements.define("cc-rona", Rona);
