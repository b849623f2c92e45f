// Where inactive agents are signed out: tells the server that somebody is here, and warns a minute before.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext, interpolate} from "../shared/words.js";
import {clock, instant, onTick} from "./clock.js";
import {Part} from "./part.js";

const WARN_BEFORE = 60_000; // ms
const TELL_EVERY = 60_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"];

/** `store`; `until`: when this agent is signed out if he does nothing, null where nobody is. */
class Inactivity extends Part {
  static properties = {store: {attribute: false}, until: {}, left: {state: true}};

  constructor() {
    super();
    Object.assign(this, {until: null, left: null, toldAt: 0});
    this.moved = () => this.somebodyIsHere();
  }

  connectedCallback() {
    super.connectedCallback();
    for (const sign of SIGNS) window.addEventListener(sign, this.moved, {capture: true, passive: true});
    this.stopTicking = onTick(() => this.tick());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const sign of SIGNS) window.removeEventListener(sign, this.moved, {capture: true});
    this.stopTicking();
  }

  willUpdate(changed) {
    if (changed.has("until")) this.tick();
  }

  tick() {
    const left = this.until && this.store?.online ? instant(this.until) - clock.now() : null;
    this.left = left !== null && left < WARN_BEFORE ? Math.max(0, Math.ceil(left / 1000)) : null;
  }

  /** At most once a minute, but at once while the warning stands. */
  somebodyIsHere() {
    const now = Date.now();
    if (!this.until || !this.store?.online || now - this.toldAt < (this.left === null ? TELL_EVERY : 2_000)) return;
    this.toldAt = now;
    this.store.wire.notify("agent.active");
  }

  render() {
    if (this.left === null) return nothing;
    return html`<section 
      class="requests rona-pop inactive"
      role="alertdialog"
      aria-labelledby="inactive-title"
      aria-describedby="inactive-left">
      <b id="inactive-title">${gettext("Are you still there?")}</b>
      <p class="sub" id="inactive-left">
        ${interpolate(gettext("You will be signed out in %(seconds)s s."), {seconds: this.left})}
      </p>
      <div class="rona-acts">
        <button class="btn primary" type="button" @click=${this.moved}>${gettext("Stay signed in")}</button>
      </div>
    </section>`;
  }
}

customElements.define("cc-inactivity", Inactivity);
