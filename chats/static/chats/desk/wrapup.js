// Wrap-up reasons in the place of the composer: search, choose several, a note, the time left.

import {html, live, nothing} from "../../contactcenter/vendor/lit.js";
import {gettext, interpolate} from "../shared/words.js";
import {instant} from "./clock.js";
import {Part, icon, marked} from "./part.js";
import {Picking} from "./picking.js";
import "./timer.js";

/** `wrapup`: of the snapshot; `error`; `busy`. Events: "submit-wrapup" {wrapup, codes, note}, "extend" {wrapup}. */
class WrapUp extends Part {
  static properties = {
    wrapup: {attribute: false},
    draft: {},
    error: {},
    busy: {type: Boolean},
    query: {state: true},
    chosen: {state: true},
    note: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {query: "", chosen: [], note: ""});
    this.picking = new Picking(this, {
      count: () => this.hits.length,
      choose: (at) => this.toggle(this.hits[at].id),
      close: () => {
        this.query = "";
      },
    });
  }

  willUpdate(changed) {
    const before = changed.get("wrapup");
    if (changed.has("wrapup") && before?.id !== this.wrapup.id) Object.assign(this, {query: "", chosen: [], note: ""});
  }

  get hits() {
    const words = this.query.trim().toLocaleLowerCase();
    return this.wrapup.codes.filter((code) => code.name.toLocaleLowerCase().includes(words));
  }

  get fallback() {
    return this.wrapup.codes.find((code) => code.default) ?? null;
  }

  toggle(id) {
    this.chosen = this.chosen.includes(id) ? this.chosen.filter((other) => other !== id) : [...this.chosen, id];
  }

  submit() {
    if (this.busy) return;
    const codes = this.chosen.length || !this.fallback ? this.chosen : [this.fallback.id];
    this.tell("submit-wrapup", {wrapup: this.wrapup.id, codes, note: this.note.trim()});
  }

  option(code, at) {
    const on = this.chosen.includes(code.id);
    const active = at === this.picking.at;
    return html`<li
      class="option"
      role="option"
      id=${active ? "wrap-active" : nothing}
      aria-selected=${String(on)}
      data-active=${active ? "" : nothing}
      @pointerdown=${(event) => event.preventDefault()}
      @click=${() => this.toggle(code.id)}>
      <span class="tick">${icon("check", true)}</span
      ><span class="grow cut">${marked(code.name, this.query.trim())}</span>
      ${code.default ? html`<span class="meta">${gettext("default")}</span>` : nothing}
    </li>`;
  }

  head() {
    const due = instant(this.wrapup.due_at);
    const left =
      due === null
        ? nothing
        : html`<span class="num sub" title=${gettext("At zero the default reason is submitted")}
            >${icon("clock", true)} <cc-timer way="down" blink="5" .at=${due}></cc-timer
          ></span>`;
    return html`<div class="dialog-head">
        <h2 class="dialog-title" id="wrap-title">${gettext("Wrap-up reasons")}</h2>
        ${left}
        ${due !== null && this.wrapup.can_extend ? html`<button class="btn small" type="button" @click=${() => this.tell("extend", {wrapup: this.wrapup.id})}>${gettext("Extend")}</button>` : nothing}
      </div>
      ${due === null ? html`<div class="bar wrap-bar"></div>` : html`<cc-bar class="bar wrap-bar" .from=${instant(this.wrapup.since)} .until=${due}></cc-bar>`}`;
  }

  left() {
    return html`<div class="wrap-left">
      <label class="find"
        ><span class="sr">${gettext("Search reasons")}</span>${icon("search")}
        <input
          class="input wrap-find"
          autocomplete="off"
          role="combobox"
          aria-expanded="true"
          aria-controls="wrap-list"
          aria-activedescendant=${this.hits.length ? "wrap-active" : nothing}
          placeholder=${gettext("Search reasons")}
          .value=${live(this.query)}
          @keydown=${(event) => this.picking.keyed(event)}
          @input=${(event) => {
            this.query = event.target.value;
            this.picking.reset();
          }}
      /></label>
      <ul
        class="options"
        id="wrap-list"
        role="listbox"
        aria-multiselectable="true"
        aria-label=${gettext("Wrap-up reasons")}>
        ${this.hits.map((code, at) => this.option(code, at))}
        ${this.hits.length ? nothing : html`<li class="option sub" role="option" aria-disabled="true" aria-selected="false">${gettext("No reason fits.")}</li>`}
      </ul>
    </div>`;
  }

  right() {
    const chosen = this.wrapup.codes.filter((code) => this.chosen.includes(code.id));
    return html`<div class="wrap-right">
      <span class="label">${gettext("Chosen")}</span>
      <div class="chips">
        ${chosen.map(
          (code) =>
            html`<span class="chip"
              >${code.name}<button
                type="button"
                aria-label=${interpolate(gettext("Remove %(name)s"), {name: code.name})}
                @click=${() => this.toggle(code.id)}>
                ${icon("x", true)}
              </button></span
            >`,
        )}${chosen.length ? nothing : html`<span class="meta">${gettext("none yet")}</span>`}
      </div>
      <label class="label wrap-note" for="wrap-note">${gettext("Note (optional)")}</label>
      <textarea
        class="input"
        id="wrap-note"
        rows="3"
        maxlength="2000"
        .value=${live(this.note)}
        @input=${(event) => {
          this.note = event.target.value;
        }}></textarea>
      <p class="hint">${gettext("Card data in a note is masked as well.")}</p>
    </div>`;
  }

  footWords() {
    const {fallback} = this;
    if (this.wrapup.due_at && fallback)
      return interpolate(gettext("At 0:00 “%(name)s” is submitted for you."), {name: fallback.name});
    if (!this.chosen.length && fallback)
      return interpolate(gettext("Without a choice “%(name)s” is submitted."), {name: fallback.name});
    return "";
  }

  render() {
    const mustChoose = !this.chosen.length && !this.fallback;
    return html`<section
      class="dialog pane-dialog wrap"
      role="dialog"
      aria-labelledby="wrap-title"
      data-pane-part
      tabindex="-1">
      ${this.head()}
      <div class="dialog-body">
        <div class="wrap-body">${this.left()}${this.right()}</div>
        ${
          this.draft
            ? html`<p class="note wrap-draft">
                ${icon("chat", true)}<span><b>${gettext("Not sent any more:")}</b> ${this.draft}</span>
              </p>`
            : nothing
        }
      </div>
      <div class="dialog-foot">
        ${this.error ? html`<p class="note bad grow" role="alert">${this.error}</p>` : html`<span class="meta grow">${this.footWords()}</span>`}
        <button
          class="btn primary"
          type="button"
          aria-disabled=${mustChoose || this.busy ? "true" : nothing}
          title=${mustChoose ? gettext("Choose a reason first") : nothing}
          @click=${() => !mustChoose && this.submit()}>
          ${this.busy ? gettext("Submitting…") : gettext("Submit wrap-up")}
        </button>
      </div>
    </section>`;
  }
}

customElements.define("cc-wrap", WrapUp);
