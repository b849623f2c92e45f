/** <cc-start-form>: what the entry point wants to know before a chat; nothing typed is lost when starting fails. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {findCards} from "../shared/cards.js";
import {keep, kept} from "../shared/storage.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {icon, Part, told, toldIf} from "./part.js";

const KEPT = "cc.form";
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * `begin(values)` starts the chat and may reject with StartRefused. `values` {name, email, subject, fields}; with
 * `message` it leaves a message instead: the address and `text` must then be given. `takesMessages`: when too many wait,
 * a message may be left. Event: "cc-message".
 */
export class StartForm extends Part {
  static properties = {
    form: {attribute: false},
    message: {type: Boolean},
    takesMessages: {type: Boolean},
    begin: {attribute: false},
    values: {state: true},
    errors: {state: true},
    refusal: {state: true},
    busy: {state: true},
  };

  constructor() {
    super();
    this.values = kept(KEPT) ?? {};
    this.errors = {};
  }

  render() {
    return html`<form class="w-body w-form" novalidate @submit=${this.#submit}>
      ${this.message ? nothing : html`<p>${this.#questions().length ? gettext("Tell us who you are, and we start.")
        : gettext("Start the chat, then write what it is about.")}</p>`}
      ${this.#questions().map((question) => this.#question(question))}
      ${this.#cardNote()}
      ${this.refusal ? html`<p class="note ${this.refusal.soft ? "warn" : "bad"}"
        role="alert">${icon("alert")}<span>${this.refusal.text}</span></p>` : nothing}
      ${this.takesMessages && this.refusal?.full ? html`<button class="btn wide" type="button"
        @click=${this.#leaveMessage}>${icon("mail")}${gettext("Leave a message")}</button>` : nothing}
      <button class="btn primary wide" type="submit" aria-disabled=${toldIf(this.busy)}>${this.#wish()}</button>
    </form>`;
  }

  #wish() {
    if (this.message) return this.busy ? gettext("Sending…") : gettext("Send message");
    return this.busy ? gettext("Starting…") : gettext("Start chat");
  }

  #leaveMessage() {
    this.dispatchEvent(new CustomEvent("cc-message", {bubbles: true}));
  }

  /** Puts the cursor where typing starts. */
  async focusFirst() {
    await this.updateComplete;
    (this.querySelector("input") ?? this.querySelector("button")).focus();
  }

  #questions() {
    const {form} = this;
    const standing = [
      {name: "name", label: gettext("Name"), autocomplete: "name", longest: 120, when: form.name},
      {name: "email", label: gettext("E-mail"), autocomplete: "email", type: "email", longest: 254,
        when: this.message ? "required" : form.email},
      {name: "subject", label: gettext("What is it about?"), when: form.subject},
    ].filter(({when}) => when && when !== "off");
    const own = (form.fields ?? []).map(({name, label, required}) => ({
      name: `fields.${name}`,
      label,
      longest: 500,
      when: required ? "required" : "optional",
    }));
    const words = {name: "text", label: gettext("Your message"), longest: 10_000, when: "required", lines: 5};
    return [...standing, ...own, ...(this.message ? [words] : [])];
  }

  #question({name, label, type = "text", autocomplete = "off", longest = 200, when, lines = 1}) {
    const id = `start-${name}`;
    const error = this.errors[name];
    const soft = when === "required" ? nothing : html` <span class="opt">${gettext("optional")}</span>`;
    const described = error ? `${id}-error` : nothing;
    const field = lines > 1
      ? html`<textarea class="input" id=${id} name=${name} rows=${lines} maxlength=${longest}
        .value=${this.values[name] ?? ""} aria-required=${told(when === "required")}
        aria-invalid=${toldIf(error)} aria-describedby=${described} @input=${this.#typed}></textarea>`
      : html`<input class="input" id=${id} name=${name} type=${type} maxlength=${longest} autocomplete=${autocomplete}
        .value=${this.values[name] ?? ""} aria-required=${told(when === "required")}
        aria-invalid=${toldIf(error)} aria-describedby=${described} @input=${this.#typed}>`;
    return html`<div>
      <label class="label" for=${id}>${label}${soft}</label>
      ${field}
      ${error ? html`<p class="err" id="${id}-error">${icon("alert", {small: true})}<span>${error}</span></p>`
        : nothing}
    </div>`;
  }

  #cardNote() {
    const found = Object.values(this.values).some((value) => findCards(value).length > 0);
    return html`<p class=${found ? "note warn" : "note"}>${icon("shield")}<span aria-live="polite">${found
      ? gettext("This looks like a card number. It will be masked before it is sent.")
      : gettext("Never write card numbers or passwords here. We never ask for them.")}</span></p>`;
  }

  #typed(event) {
    const {name, value} = event.target;
    this.values = {...this.values, [name]: value};
    if (this.errors[name]) this.errors = {...this.errors, [name]: undefined};
    this.#keep(Object.entries(this.values));
  }

  /** What looks like a card number is kept nowhere. */
  #keep(values) {
    keep(KEPT, Object.fromEntries(values.filter(([, text]) => findCards(text ?? "").length === 0)));
  }

  async #submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.errors = this.#check();
    this.refusal = null;
    if (await this.#focusError()) return;
    this.busy = true;
    try {
      await this.begin(this.#wishes());
      this.#keep(Object.entries(this.values).filter(([name]) => name !== "text"));
    } catch (error) {
      if (error.name !== "StartRefused") throw error;
      this.#refused(error);
    } finally {
      this.busy = false;
    }
  }

  #check() {
    const errors = {};
    for (const {name, label, type, when} of this.#questions()) {
      const value = (this.values[name] ?? "").trim();
      if (!value && when === "required") errors[name] = interpolate(gettext("Please fill in: %(label)s"), {label});
      else if (value && type === "email" && !ADDRESS.test(value)) {
        errors[name] = gettext("Please finish the address, for example name@mail.com");
      }
    }
    return errors;
  }

  async #focusError() {
    await this.updateComplete;
    const wrong = this.querySelector("[aria-invalid=true]");
    wrong?.focus();
    return Boolean(wrong);
  }

  #wishes() {
    const wishes = {fields: {}};
    for (const {name} of this.#questions()) {
      const value = (this.values[name] ?? "").trim();
      if (!value) continue;
      if (name.startsWith("fields.")) wishes.fields[name.slice("fields.".length)] = value;
      else wishes[name] = value;
    }
    return wishes;
  }

  #refused({code, said, fields, retryAfter}) {
    this.refusal = {soft: code !== "invalid", full: code === "full" || code === "closed",
      text: refusalText(code, said, retryAfter)};
    const known = new Set(this.#questions().map(({name}) => name));
    const errors = {};
    for (const [name, text] of Object.entries(fields ?? {})) {
      const question = known.has(name) ? name : `fields.${name.replace(/^fields\./, "")}`;
      if (known.has(question)) errors[question] = [text].flat().join(" ");
    }
    this.errors = errors;
    this.#focusError();
  }
}

customElements.define("cc-start-form", StartForm);

function refusalText(code, said, retryAfter) {
  if (code === "network") return gettext("No connection. What you wrote is kept, please try again.");
  if (code === "rate_limited") {
    const seconds = retryAfter ?? 60;
    const words = ngettext(
      "Too many tries. Please try again in %(seconds)s second.",
      "Too many tries. Please try again in %(seconds)s seconds.",
      seconds,
    );
    return interpolate(words, {seconds});
  }
  if (code === "closed") return said || gettext("We have just closed.");
  if (code === "full") return said || gettext("Too many people are waiting right now. Please try again later.");
  if (code === "state") return said || gettext("Somebody is here now: please start a chat.");
  if (code === "pci_dropped") return gettext("Not sent: it contained card data.");
  if (code === "unauthenticated") return gettext("We couldn’t make sure who you are. Please reload the page.");
  if (code === "invalid") return said || gettext("Something in the form isn’t right.");
  return gettext("The chat couldn’t be started. What you wrote is kept, please try again.");
}
