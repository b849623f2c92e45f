// Times that run and bars that drain. Both change their own text or width only, so a tick renders nothing.

import {clock as asClock, minutes as asMinutes} from "../shared/format.js";
import {clock, onTick} from "./clock.js";

/** A part of the page that renews itself every second while it is in the document. */
class Ticking extends HTMLElement {
  connectedCallback() {
    this.stop = onTick(() => this.renew());
    this.renew();
  }

  disconnectedCallback() {
    this.stop();
  }

  /** Seen right after a property changed, not only at the next tick. */
  renewed(name, value) {
    this[`_${name}`] = value;
    if (this.isConnected) this.renew();
  }
}

/**
 * `<cc-timer>` shows the time since `at` or, with `way="down"`, the time left until `at` (ms), never below zero.
 * `form="clock"` is h:mm:ss, else m:ss. With `blink="5"` the figure blinks in its last 5 s. With `appear="60"` the nearest
 * ancestor marked `data-appear` is hidden until 60 s have passed.
 */
class Timer extends Ticking {
  set at(value) {
    this.renewed("at", value);
  }
  get at() {
    return this._at;
  }

  connectedCallback() {
    this.setAttribute("role", "timer");
    this.setAttribute("aria-live", "off");
    this.classList.add("num");
    super.connectedCallback();
  }

  renew() {
    if (this._at === null || this._at === undefined) return;
    const down = this.getAttribute("way") === "down";
    const span = Math.max(0, down ? this._at - clock.now() : clock.now() - this._at);
    const whole = down ? Math.ceil(span / 1000) * 1000 : span;
    const text = this.getAttribute("form") === "clock" ? asClock(whole) : asMinutes(whole);
    if (this.textContent !== text) this.textContent = text;
    const blink = Number(this.getAttribute("blink"));
    if (blink) this.classList.toggle("blink", whole <= blink * 1000);
    const appear = Number(this.getAttribute("appear"));
    if (appear) {
      const host = this.closest("[data-appear]");
      if (host) host.hidden = span < appear * 1000;
    }
  }
}

/** `<cc-bar>` drains from `from` to `until` (both ms), once a second. Decoration: the figure beside it says the same. */
class Bar extends Ticking {
  set from(value) {
    this.renewed("from", value);
  }
  get from() {
    return this._from;
  }
  set until(value) {
    this.renewed("until", value);
  }
  get until() {
    return this._until;
  }

  connectedCallback() {
    this.setAttribute("aria-hidden", "true");
    if (!this.firstChild) this.append(document.createElement("span"));
    super.connectedCallback();
  }

  renew() {
    const whole = this._until - this._from;
    if (!(whole > 0) || !this.firstChild) return;
    const left = Math.min(1, Math.max(0, (this._until - clock.now()) / whole));
    this.firstChild.style.width = `${(left * 100).toFixed(1)}%`;
  }
}

customElements.define("cc-timer", Timer);
customElements.define("cc-bar", Bar);
