// Where a supervisor speaks to the agent alone, under a chat in which he reads along.

import {html, live, nothing} from "../../contactcenter/vendor/lit.js";
import {findCards} from "../shared/cards.js";
import {gettext, interpolate} from "../shared/words.js";
import {Part, icon} from "./part.js";
import {refusal} from "./refusals.js";

/** `chat`: id; `name`: of who leads the chat; `online`; `say(text)`: resolves once the server has it. */
class Whisper extends Part {
  static properties = {
    chat: {},
    name: {},
    online: {type: Boolean},
    say: {attribute: false},
    text: {state: true},
    error: {state: true},
    busy: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {text: "", error: "", busy: false});
  }

  willUpdate(changed) {
    if (changed.has("chat")) Object.assign(this, {text: "", error: ""});
  }

  async send(event) {
    event?.preventDefault();
    const text = this.text.trim();
    if (!text || this.busy || !this.online) return;
    const {chat} = this;
    Object.assign(this, {busy: true, error: ""});
    try {
      await this.say(text);
      if (chat === this.chat) this.text = "";
    } catch (error) {
      if (chat === this.chat) this.error = refusal(error);
    }
    this.busy = false;
    this.focusOn("textarea");
  }

  keyed(event) {
    if (event.isComposing || event.key !== "Enter" || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey)
      return;
    this.send(event);
  }

  typed(event) {
    this.text = event.target.value;
    this.error = "";
  }

  warning() {
    if (this.error) return html`<p class="note bad" role="alert">${this.error}</p>`;
    if (!this.text || !findCards(this.text).length) return nothing;
    return html`<p class="note warn pci" role="alert">
      ${icon("shield")}<span class="grow">${gettext("This looks like a card number.")}</span>
    </p>`;
  }

  render() {
    const {name, online, busy} = this;
    const label = interpolate(gettext("Whisper to %(name)s"), {name});
    return html`<form class="composer whisper-box" data-pane-part @submit=${this.send}>
      ${this.warning()}
      <p class="note whisper-note">
        ${icon("whisper")}<span
          >${interpolate(gettext("You read along. Only %(name)s sees what you write here, the customer never."), {name})}</span
        >
      </p>
      <div class="composer-box">
        <span class="draft">
          <textarea
            id="composer-text"
            rows="2"
            maxlength="10000"
            aria-label=${label}
            placeholder=${label}
            .value=${live(this.text)}
            @input=${this.typed}
            @keydown=${this.keyed}></textarea>
        </span>
        <div class="composer-bar">
          <span class="grow"></span>
          <button
            class="btn primary"
            type="submit"
            aria-disabled=${online && !busy && this.text.trim() ? nothing : "true"}
            title=${online ? nothing : gettext("You are offline")}>
            ${icon("whisper")}${gettext("Whisper")}
          </button>
        </div>
      </div>
    </form>`;
  }
}

customElements.define("cc-whisper", Whisper);
