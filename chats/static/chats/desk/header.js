// The line at the top: state, load, search, settings, account. What it shows never scrolls away.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {clock as asClock, initials} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {instant} from "./clock.js";
import "./menu.js";
import {Part, glyph, icon} from "./part.js";
import {preferences} from "./preferences.js";
import "./search.js";
import {accountItems, languageItems, pageItems, soundItems, themeItem} from "./settings.js";
import "./timer.js";

const SLOTS_SHOWN = 10;

/** The word of a state; Idle comes with its reason. */
export function stateWord(agent) {
  const words = {
    available: gettext("Available"),
    idle: gettext("Idle"),
    rona: gettext("RONA"),
    offline: gettext("Offline"),
  };
  const word = words[agent.state] ?? agent.state;
  return agent.state === "idle" && agent.reason ? `${word} · ${agent.reason.name}` : word;
}

/** Events: "state" {state, reason}, "sign-out", "help", "open" {chat}, "past" {chat}, "ask-notify". */
class Header extends Part {
  static properties = {
    agent: {attribute: false},
    reasons: {attribute: false},
    load: {attribute: false},
    status: {attribute: false},
    config: {attribute: false},
    errors: {attribute: false},
    found: {attribute: false},
    choices: {state: true},
  };

  connectedCallback() {
    super.connectedCallback();
    this.redraw = () => this.requestUpdate();
    preferences.addEventListener("change", this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    preferences.removeEventListener("change", this.redraw);
  }

  /** The state menu, opened by its key. */
  openStates() {
    this.querySelector(".me-state cc-menu")?.open();
  }

  stateItems() {
    const {agent} = this;
    const set = (state, reason) => () => this.tell("state", {state, reason});
    const items = [
      {
        kind: "radio",
        state: "available",
        label: gettext("Available"),
        checked: agent.state === "available",
        act: set("available", null),
      },
    ];
    const reasons = this.reasons.length ? this.reasons : [null];
    for (const reason of reasons) {
      const label = reason ? `${gettext("Idle")} · ${reason.name}` : gettext("Idle");
      const checked = agent.state === "idle" && (!reason || agent.reason?.id === reason.id);
      items.push({kind: "radio", state: "idle", label, checked, act: set("idle", reason?.id ?? null)});
    }
    if (agent.state === "rona")
      items.push({
        kind: "note",
        label: gettext("RONA: redirect on no answer. You get no new requests until you choose."),
      });
    if (this.errors.state) items.push({kind: "note", bad: true, label: this.errors.state});
    return items;
  }

  stateButton() {
    if (this.status.state !== "online" || !this.agent) {
      const words =
        this.status.state === "closed"
          ? gettext("Offline")
          : this.status.state === "connecting"
            ? gettext("Connecting")
            : gettext("Reconnecting");
      return html`<button class="state-btn offline" type="button" aria-disabled="true">
        ${glyph("offline")}<span>${words}</span> ${icon("refresh", true)}
      </button>`;
    }
    const {agent} = this;
    const face = html`${glyph(agent.state)}<span class="cut state-word">${stateWord(agent)}</span>
      <cc-timer form="clock" .at=${instant(agent.since)}></cc-timer>${icon("down", true)}`;
    return html`<cc-menu .look=${`state-btn ${agent.state}`} .face=${face} .items=${this.stateItems()}></cc-menu>`;
  }

  idleToday() {
    const {agent} = this;
    const before = (agent.idle_today ?? 0) * 1000;
    const running = instant(agent.idle_since);
    const figure =
      running === null
        ? html`<span class="num">${asClock(before)}</span>`
        : html`<cc-timer form="clock" .at=${running - before}></cc-timer>`;
    return html`<span>${gettext("Idle today")} ${figure}</span>`;
  }

  loadPart() {
    const {used, total, chat, asked, held} = this.load;
    const label = interpolate(gettext("%(used)s of %(total)s contacts in use"), {used, total});
    const kinds = [...Array(chat).fill("chat"), ...Array(asked).fill("asked"), ...Array(held).fill("held")];
    const slots = Array.from({length: Math.max(total, used)}, (_, at) => kinds[at] ?? "");
    const detail = [
      interpolate(ngettext("%(count)s chat", "%(count)s chats", chat), {count: chat}),
      interpolate(ngettext("%(count)s request", "%(count)s requests", asked), {count: asked}),
      interpolate(ngettext("%(count)s wrap-up", "%(count)s wrap-ups", held), {count: held}),
    ].join(", ");
    return html`<div class="row me-load" role="img" aria-label=${`${label}: ${detail}`} title=${detail}>
      ${slots.length <= SLOTS_SHOWN ? html`<span><span class="slots" aria-hidden="true">${slots.map((kind) => html`<span class=${`slot ${kind}`}></span>`)}</span></span>` : nothing}
      <span class="two"
        ><b class="num">${interpolate(gettext("%(used)s of %(total)s"), {used, total})}</b
        ><span>${gettext("contacts")}</span></span
      >
    </div>`;
  }

  tools() {
    const sound = preferences.get("sound");
    const {config} = this;
    return html` <cc-menu
        right
        .label=${sound ? gettext("Sound and notifications on") : gettext("Sound off")}
        .face=${icon(sound ? "bell" : "belloff")}
        .items=${soundItems(this)}></cc-menu>
      <button class="btn quiet icon" type="button" aria-label=${themeItem().label} @click=${() => themeItem().act()}>
        ${icon(themeItem().icon)}
      </button>
      <cc-menu
        right
        .look=${"btn quiet lang"}
        .label=${interpolate(gettext("Language: %(name)s"), {name: config.language.toUpperCase()})}
        .face=${html`${icon("globe")}<span>${config.language.slice(0, 2).toUpperCase()}</span>`}
        .items=${languageItems(config)}></cc-menu>
      <button
        class="btn quiet icon"
        type="button"
        aria-label=${gettext("Help and keys")}
        @click=${() => this.tell("help")}>
        ${icon("help")}
      </button>
      <cc-menu
        right
        class="account"
        .look=${"me"}
        .label=${interpolate(gettext("%(name)s, account"), {name: config.agent.name})}
        .face=${html`<span class="avatar me">${initials(config.agent.name)}</span>`}
        .items=${accountItems(this)}></cc-menu>`;
  }

  more() {
    const help = {kind: "item", icon: "help", label: gettext("Help and keys"), act: () => this.tell("help")};
    const items = [
      ...pageItems(this.config, true),
      themeItem(),
      help,
      ...soundItems(this),
      {kind: "line"},
      ...languageItems(this.config),
      {kind: "line"},
      ...accountItems(this),
    ];
    return html`<cc-menu
      right
      class="top-more"
      .look=${"btn quiet icon"}
      .label=${gettext("More")}
      .face=${icon("menu")}
      .items=${items}></cc-menu>`;
  }

  render() {
    const {agent, config} = this;
    return html`<header class="top desk-top" data-pane-part tabindex="-1">
      <a class="brand" href="/desk/">${icon("mark")}<span>${config.organisation}</span></a>
      <nav class="top-nav" aria-label=${gettext("Pages")}>
        ${pageItems(config).map((page) => html`<a href=${page.href} aria-current=${page.current ? "page" : nothing}>${page.label}</a>`)}
      </nav>
      <div class="row me-state">
        ${this.stateButton()}
        ${agent ? html`<span class="two"><b>${agent.engaged ? gettext("Engaged") : gettext("Not engaged")}</b>${this.idleToday()}</span>` : nothing}
      </div>
      ${agent ? this.loadPart() : nothing}
      ${this.errors.state ? html`<p class="sr" role="alert">${this.errors.state}</p>` : nothing}
      <div class="end"><cc-search .found=${this.found}></cc-search>${this.tools()}</div>
      ${this.more()}
    </header>`;
  }
}

customElements.define("cc-header", Header);
