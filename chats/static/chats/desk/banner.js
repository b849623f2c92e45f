// The line under the header when the connection is lost, back again, or given to another desk.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {time} from "../shared/format.js";
import {gettext, interpolate} from "../shared/words.js";
import {onTick} from "./clock.js";
import {Part, icon} from "./part.js";

const GRACE = 120_000;

/** `status`: of the wire; `lostAt`: ms, local clock; `back`: true for some seconds after a loss. Event: "retry". */
class Banner extends Part {
  static properties = {status: {attribute: false}, lostAt: {attribute: false}, back: {type: Boolean}};

  connectedCallback() {
    super.connectedCallback();
    this.stop = onTick(() => this.tickNext());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  updated() {
    this.tickNext();
  }

  /** Only the text of the countdown changes with a tick. */
  tickNext() {
    const place = this.querySelector(".banner-next");
    if (!place) return;
    const {retryAt} = this.status;
    const left = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    place.textContent =
      left > 0 ? interpolate(gettext("Next try in %(seconds)s s"), {seconds: left}) : gettext("Trying now");
  }

  render() {
    if (this.back) {
      return html`<div class="banner ok">
        ${icon("check")}<span class="grow"><b>${gettext("Connected again.")}</b> ${gettext("Nothing was lost.")}</span>
      </div>`;
    }
    if (this.status.state !== "offline") return nothing;
    const kept = this.lostAt
      ? interpolate(gettext("Your chats are kept for you until %(time)s."), {
          time: time(new Date(this.lostAt + GRACE).toISOString()),
        })
      : gettext("The server can’t be reached.");
    return html`<div class="banner warn">
      ${icon("wifioff")}<span class="grow"
        ><b>${gettext("Connection lost.")}</b> ${kept} ${gettext("What you send now goes out once you are back.")}</span
      >
      <span class="num banner-next"></span
      ><button class="btn small" type="button" @click=${() => this.tell("retry")}>${gettext("Try now")}</button>
    </div>`;
  }
}

customElements.define("cc-banner", Banner);
