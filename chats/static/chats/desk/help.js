// The list of keys, where each can be changed or turned off. Not modal: the desk stays usable.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext, interpolate} from "../shared/words.js";
import {codeOf, codeWord, fixedKeys, keyNames, keyWord, setKey} from "./keys.js";
import {Part, icon} from "./part.js";
import {preferences} from "./preferences.js";

/** Event: "closed". */
class Help extends Part {
  static properties = {asking: {state: true}};

  connectedCallback() {
    super.connectedCallback();
    this.redraw = () => this.requestUpdate();
    preferences.addEventListener("change", this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    preferences.removeEventListener("change", this.redraw);
  }

  firstUpdated() {
    this.querySelector(".help-close").focus();
  }

  keyed(event) {
    if (this.asking) {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") this.asking = null;
      else if (/^(Key|Digit[06-9]|Slash|Comma|Period|Semicolon|Backquote)/u.test(event.code)) {
        setKey(this.asking, event.code);
        this.asking = null;
      }
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.tell("closed");
    }
  }

  row(name, words) {
    const asking = this.asking === name;
    const code = codeOf(name);
    return html`<tr>
      <td>
        ${asking ? html`<span class="meta">${gettext("Press a letter…")}</span>` : code ? html`<span class="kbd">${keyWord(name)}</span>` : html`<span class="meta">${gettext("off")}</span>`}
      </td>
      <td class="help-what">${words}</td>
      <td class="r">
        <button
          class="link"
          type="button"
          aria-label=${interpolate(gettext("Change the key: %(what)s"), {what: words})}
          @click=${() => {
            this.asking = asking ? null : name;
          }}>
          ${asking ? gettext("Cancel") : gettext("Change")}
        </button>
        ${code && !asking ? html` <button class="link" type="button" aria-label=${interpolate(gettext("Turn off %(key)s"), {key: codeWord(code)})} @click=${() => setKey(name, "")}>${gettext("Off")}</button>` : nothing}
      </td>
    </tr>`;
  }

  render() {
    const on = preferences.get("keysOn");
    return html`<section class="dialog help-pop" role="dialog" aria-labelledby="help-title" @keydown=${this.keyed}>
      <div class="dialog-head">
        <h2 class="dialog-title" id="help-title">${gettext("Help and keys")}</h2>
        <button
          class="btn quiet icon help-close"
          type="button"
          aria-label=${gettext("Close")}
          @click=${() => this.tell("closed")}>
          ${icon("x")}
        </button>
      </div>
      <div class="dialog-body">
        <label class="row help-on"
          ><input
            type="checkbox"
            .checked=${on}
            @change=${(event) => preferences.set("keysOn", event.target.checked)} />
          ${gettext("Keys with Alt+Shift are on")}</label
        >
        <table class="table">
          <tbody>
            ${Object.entries(keyNames()).map(([name, words]) => this.row(name, words))}
          </tbody>
        </table>
        <h3 class="aux-head">${gettext("Always")}</h3>
        <table class="table">
          <tbody>
            ${fixedKeys().map(
              ([keys, words]) =>
                html`<tr>
                  <td><span class="kbd">${keys}</span></td>
                  <td class="help-what">${words}</td>
                  <td></td>
                </tr>`,
            )}
          </tbody>
        </table>
        <p class="hint">
          ${gettext("RONA means redirect on no answer: a request you did not accept in time went back, and you get none until you choose.")}
        </p>
      </div>
    </section>`;
  }
}

customElements.define("cc-help", Help);
