// The middle of the desk when no chat is open: why, and what happens next.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {minutes} from "../shared/format.js";
import {gettext} from "../shared/words.js";
import {Part, icon} from "./part.js";

/** `today`: {handled, handle, rona, rating} as far as the server told. Event: "state" {state, reason}. */
class Nothing extends Part {
  static properties = {agent: {attribute: false}, today: {attribute: false}, busy: {type: Boolean}};

  figures() {
    const {handled, handle, rona} = this.today ?? {};
    const cells = [
      [gettext("Handled today"), handled],
      [gettext("Average handle time"), handle === undefined ? undefined : minutes(handle * 1000)],
      [gettext("RONA"), rona],
    ];
    const known = cells.filter(([, value]) => value !== undefined && value !== null);
    if (!known.length) return nothing;
    return html`<dl class="today">
      ${known.map(
        ([name, value]) =>
          html`<div>
            <dt class="meta">${name}</dt>
            <dd class="figure num">${value}</dd>
          </div>`,
      )}
    </dl>`;
  }

  words() {
    const {agent} = this;
    if (!agent) return [gettext("The desk is being opened"), ""];
    if (!(agent.capacity.total ?? agent.capacity.chat)) {
      return [
        gettext("You have no room for chats"),
        gettext(
          "Your multimedia profile allows no chats, so none is offered to you. An administrator can change this.",
        ),
      ];
    }
    const texts = {
      available: gettext(
        "You are Available. The next contact request appears at the bottom right and in the list on the left.",
      ),
      idle: gettext("You are Idle, you get no requests."),
      rona: gettext("You are in RONA, you get no requests until you choose."),
      offline: gettext("You are Offline, you get no requests."),
    };
    return [gettext("No chats right now"), texts[agent.state]];
  }

  render() {
    const [title, text] = this.words();
    const mayGo = this.agent && this.agent.state !== "available" && this.agent.state !== "rona";
    return html`<div class="nothing">
      <span class="nothing-mark">${icon("chat")}</span>
      <h2 class="dialog-title">${title}</h2>
      <p class="sub">${text}</p>
      ${
        mayGo
          ? html`<button
              class="btn primary nothing-go"
              type="button"
              aria-disabled=${this.busy ? "true" : nothing}
              @click=${() => this.tell("state", {state: "available", reason: null})}>
              ${gettext("Go to Available")}
            </button>`
          : nothing
      }
      ${this.figures()}
    </div>`;
  }
}

customElements.define("cc-nothing", Nothing);
