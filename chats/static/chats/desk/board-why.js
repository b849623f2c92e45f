// Why a chat is with nobody, or with whom it is: the last routing decision as sentences, and the looks before it.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext, interpolate} from "../shared/words.js";
import {Part, glyph, icon} from "./part.js";
import {refusal} from "./refusals.js";

/** `desk`: the desk's store; `chat`; `name` of the customer. Event: "closed". */
class Why extends Part {
  static properties = {
    desk: {attribute: false},
    chat: {},
    name: {},
    told: {state: true},
    failed: {state: true},
  };

  willUpdate(changed) {
    if (changed.has("chat")) this.read();
  }

  async read() {
    const {chat} = this;
    this.told = null;
    this.failed = "";
    try {
      const {result} = await this.desk.run("board.why", {chat});
      if (chat === this.chat) this.told = result;
    } catch (error) {
      this.failed = refusal(error);
    }
  }

  candidates() {
    const {candidates} = this.told;
    if (!candidates.length) return nothing;
    return html`<div class="scroll-x" tabindex="0" role="group" aria-label=${gettext("Agents")}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${gettext("Agent")}</th>
            <th scope="col">${gettext("State")}</th>
            <th scope="col" class="r">${gettext("In hand")}</th>
            <th scope="col">${gettext("What came of it")}</th>
          </tr>
        </thead>
        <tbody>
          ${candidates.map(
            (each) =>
              html`<tr class=${each.chosen ? "on" : ""}>
                <th scope="row">${each.name}<span class="meta block">${each.team}</span></th>
                <td><span class=${`state ${each.state}`}>${glyph(each.state)}${each.state_label}</span></td>
                <td class="r">${each.load}</td>
                <td class="words">${each.sentence}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  passes() {
    const time = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang || "en", {hourCycle: "h23"});
    return html`<h4 class="title pad">${gettext("Passes for this chat")}</h4>
      <ol class="passes">
        ${this.told.passes.map(
          ({at, text}, n) =>
            html`<li aria-current=${n === 0 ? "true" : nothing}><span class="meta num">${time(at)}</span><span>${text}</span></li>`,
        )}
      </ol>`;
  }

  body() {
    const {told} = this;
    if (this.failed)
      return html`<p class="note bad"><span class="grow">${this.failed}</span><button class="link" type="button" @click=${this.read}>${gettext("Try again")}</button></p>`;
    if (!told) return nothing;
    if (!told.passes.length) return html`<p class="sub">${gettext("No routing pass has looked at it yet.")}</p>`;
    return html`<p class="answer-text">${told.headline}</p>
      <ul class="why-details sub">
        ${told.details.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
      ${this.candidates()}${this.passes()}`;
  }

  render() {
    return html`<section class="dialog board-pop wide" role="dialog" aria-labelledby="why-title" data-pane-part>
      <div class="dialog-head">
        <h3 class="dialog-title" id="why-title" tabindex="-1">${interpolate(gettext("Routing of %(name)s"), {name: this.name})}</h3>
        <button class="btn quiet icon" type="button" aria-label=${gettext("Refresh list")} title=${gettext("Refresh list")} @click=${this.read}>
          ${icon("refresh")}
        </button>
        <button class="btn quiet icon" type="button" aria-label=${gettext("Close")} @click=${() => this.tell("closed")}>${icon("x")}</button>
      </div>
      <div class="dialog-body" aria-live="polite" aria-busy=${String(!this.told && !this.failed)}>${this.body()}</div>
    </section>`;
  }
}

customElements.define("cc-board-why", Why);
