// Auxiliary information: the customer, the contact history, the supervisor's words. One tab list, automatic.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {time} from "../shared/format.js";
import {gettext} from "../shared/words.js";
import "./customer.js";
import "./history.js";
import {talkText} from "./line-parts.js";
import {Part, icon} from "./part.js";

/**
 * `current`: of the store or null; `tab`; `past`: a past contact to show or null; `list`, `openPast`: see history.js.
 * Events: "tab" {tab}, and those of history.js.
 */
class Aux extends Part {
  static properties = {
    current: {attribute: false},
    tab: {},
    past: {attribute: false},
    me: {attribute: false},
    list: {attribute: false},
    openPast: {attribute: false},
    count: {state: true},
  };

  constructor() {
    super();
    this.count = null;
  }

  willUpdate(changed) {
    if (changed.has("current") && changed.get("current")?.id !== this.current?.id) this.count = null;
  }

  get whispers() {
    return (this.current?.staff?.entries ?? []).filter((entry) => entry.kind === "whisper");
  }

  get tabs() {
    return [
      ["customer", gettext("Customer"), null],
      ["history", gettext("Contact history"), this.count],
      ["supervisor", gettext("Supervisor"), this.whispers.length || null],
    ];
  }

  keyed(event) {
    const names = this.tabs.map(([name]) => name);
    const steps = {ArrowRight: 1, ArrowLeft: -1};
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = names[(names.indexOf(this.tab) + steps[event.key] + names.length) % names.length];
    this.tell("tab", {tab: next});
    this.focusOn(`#tab-${next}`);
  }

  tabList() {
    return html`<div class="tabs" role="tablist" aria-label=${gettext("Auxiliary information")} @keydown=${this.keyed}>
      ${this.tabs.map(
        ([name, label, count]) =>
          html`<button
            class="tab"
            role="tab"
            type="button"
            id=${`tab-${name}`}
            aria-selected=${String(this.tab === name)}
            aria-controls="aux-body"
            tabindex=${this.tab === name ? "0" : "-1"}
            @click=${() => this.tell("tab", {tab: name})}>
            ${label}${count === null ? nothing : html` <span class="count soft">${count}</span>`}
          </button>`,
      )}
      <button
        class="btn quiet icon small aux-close"
        type="button"
        aria-label=${gettext("Close")}
        @click=${() => this.tell("info-closed")}>
        ${icon("x", true)}
      </button>
    </div>`;
  }

  notes() {
    return html`<p class="note whisper-note">
        ${icon("whisper")}<span>${gettext("Only you and supervisors of your team see this.")}</span>
      </p>
      <ul class="hists">
        ${this.whispers.map(
          (entry) =>
            html`<li class="hist">
              <span class="row"
                ><b class="grow">${entry.sender.name}</b><span class="meta num">${time(entry.at)}</span></span
              >
              <span class="sub">${talkText(entry.text)}</span>
            </li>`,
        )}
      </ul>
      ${this.whispers.length ? nothing : html`<p class="sub">${gettext("No word from a supervisor in this chat.")}</p>`}`;
  }

  body() {
    const {current, tab} = this;
    if (tab === "customer") return html`<cc-customer .chat=${current.chat}></cc-customer>`;
    if (tab === "supervisor") return this.notes();
    return nothing;
  }

  render() {
    const {current, tab} = this;
    const showHistory = tab === "history" || this.past;
    if (!current && !this.past) {
      return html`<aside class="aux" aria-label=${gettext("Auxiliary information")} data-pane-part tabindex="-1">
        <div class="aux-body aux-none">
          <p class="sub">${gettext("Customer details and contact history show here once you open a chat.")}</p>
        </div>
      </aside>`;
    }
    return html`<aside class="aux" aria-label=${gettext("Auxiliary information")} data-pane-part tabindex="-1">
      ${current ? this.tabList() : html`<div class="tabs"><h2 class="tab" aria-selected="true">${gettext("My last 24 hours")}</h2></div>`}
      <div
        class="aux-body"
        id="aux-body"
        role=${current ? "tabpanel" : nothing}
        aria-labelledby=${current ? `tab-${tab}` : nothing}
        tabindex=${current ? "0" : nothing}>
        ${showHistory ? nothing : this.body()}
        <div ?hidden=${!showHistory}>
          <cc-history
            .chat=${current?.id ?? ""}
            .past=${this.past}
            .me=${this.me}
            .list=${this.list}
            .openPast=${this.openPast}
            @counted=${(event) => {
              this.count = event.detail.count;
            }}></cc-history>
        </div>
      </div>
    </aside>`;
  }
}

customElements.define("cc-aux", Aux);
