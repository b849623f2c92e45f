// A small set of emoji for a friendly word.

import {html} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {Part} from "./part.js";

const COLUMNS = 8;

function all() {
  return [
    ["🙂", gettext("slight smile")],
    ["😀", gettext("grin")],
    ["😊", gettext("smile")],
    ["😄", gettext("laughing eyes")],
    ["😉", gettext("wink")],
    ["🤔", gettext("thinking")],
    ["😅", gettext("relieved laugh")],
    ["😌", gettext("relieved")],
    ["😕", gettext("confused")],
    ["😟", gettext("worried")],
    ["🙁", gettext("slight frown")],
    ["😮", gettext("surprised")],
    ["👍", gettext("thumbs up")],
    ["👎", gettext("thumbs down")],
    ["👋", gettext("waving hand")],
    ["👏", gettext("clapping")],
    ["🙏", gettext("thank you")],
    ["🤝", gettext("handshake")],
    ["💪", gettext("strong")],
    ["👌", gettext("okay")],
    ["🎉", gettext("party")],
    ["⭐", gettext("star")],
    ["❤️", gettext("heart")],
    ["☀️", gettext("sun")],
    ["✅", gettext("done")],
    ["❌", gettext("no")],
    ["⚠️", gettext("warning")],
    ["ℹ️", gettext("information")],
    ["📎", gettext("paper clip")],
    ["📦", gettext("parcel")],
    ["📅", gettext("calendar")],
    ["⏳", gettext("please wait")],
  ];
}

/** Events: "chosen" {emoji}, "closed". The arrows move in the grid. */
class Emoji extends Part {
  connectedCallback() {
    super.connectedCallback();
    this.outside = (event) => {
      if (!this.contains(event.target) && !event.target.closest?.(".act-emoji")) this.tell("closed");
    };
    addEventListener("pointerdown", this.outside);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("pointerdown", this.outside);
  }

  firstUpdated() {
    this.querySelector("button").focus();
  }

  keyed(event) {
    const buttons = [...this.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const steps = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS};
    if (event.key === "Escape") {
      event.stopPropagation();
      this.tell("closed");
    } else if (event.key in steps) {
      event.preventDefault();
      buttons[(at + steps[event.key] + buttons.length) % buttons.length].focus();
    }
  }

  render() {
    return html`<div class="emoji dialog" role="dialog" aria-label=${gettext("Emoji")} @keydown=${this.keyed}>
      ${all().map(
        ([emoji, name], at) =>
          html`<button
            class="btn quiet icon"
            type="button"
            tabindex=${at ? "-1" : "0"}
            aria-label=${name}
            title=${name}
            @click=${() => this.tell("chosen", {emoji})}>
            ${emoji}
          </button>`,
      )}
    </div>`;
  }
}

customElements.define("cc-emoji", Emoji);
