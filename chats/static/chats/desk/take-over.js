// The desk stands still: it runs elsewhere, or this person is signed out. The one modal of the desk.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {Part, icon} from "./part.js";

const REPLACED = 4409;
const TIMED_OUT = 4411;

/** `status`: of the closed wire; `wasOnline`: this page had the desk before. Event: "take-over". */
class TakeOver extends Part {
  static properties = {status: {attribute: false}, wasOnline: {type: Boolean}, loginUrl: {}};

  words() {
    if (this.status.code === REPLACED && this.wasOnline) {
      return [
        gettext("Your desk was opened elsewhere"),
        gettext("It goes on there, with your chats. This page has stopped."),
      ];
    }
    if (this.status.code === REPLACED) {
      return [
        gettext("You are signed in elsewhere. Take over here?"),
        gettext("Your chats come along. The other desk stops."),
      ];
    }
    if (this.status.code === TIMED_OUT)
      return [
        gettext("You were signed out"),
        gettext("Nothing was done at this desk for a while. Sign in again to go on."),
      ];
    if (this.status.code === 4401)
      return [gettext("You are signed out"), gettext("Sign in again to go on. What you typed is kept in this tab.")];
    return [
      gettext("The desk can’t be opened"),
      gettext("Your account may not use the desk. Please ask an administrator."),
    ];
  }

  firstUpdated() {
    this.querySelector("dialog").showModal();
  }

  render() {
    const [title, text] = this.words();
    const replaced = this.status.code === REPLACED;
    const here = replaced || this.status.code === TIMED_OUT;
    return html`<dialog
      class="dialog take-over"
      aria-labelledby="take-title"
      @cancel=${(event) => event.preventDefault()}>
      <span class="nothing-mark">${icon(replaced ? "transfer" : "lock")}</span>
      <h2 class="dialog-title" id="take-title">${title}</h2>
      <p class="sub">${text}</p>
      <div class="take-acts">
        ${here ? html`<button class="btn primary" type="button" @click=${() => this.tell("take-over")}>${replaced ? gettext("Take over here") : gettext("Sign in")}</button>` : nothing}
        ${here ? nothing : html`<a class="btn primary" href=${this.loginUrl}>${gettext("Sign in")}</a>`}
      </div>
    </dialog>`;
  }
}

customElements.define("cc-take-over", TakeOver);
