// The middle of the desk: control, transcript and composer of the open chat, or wrap-up, or nothing.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {visitorName} from "../shared/format.js";
import "../shared/drop-zone.js";
import {gettext} from "../shared/words.js";
import "./composer.js";
import "./control.js";
import "./end-bar.js";
import "./nothing.js";
import {Part} from "./part.js";
import "./targets.js";
import "./transcript-view.js";
import "./whisper.js";
import "./wrapup.js";

/**
 * `current`: of the store or null; `dialog`: "", "end", "transfer" or "conference"; `errors`, `busy`: by place; `typing`;
 * `draft`, `draftRev`: see composer.js; `asks`: {canned(q), targets(mode, kind, q)}. Events: those of the parts.
 */
class Talk extends Part {
  static properties = {
    current: {attribute: false},
    agent: {attribute: false},
    today: {attribute: false},
    me: {attribute: false},
    online: {type: Boolean},
    dialog: {},
    errors: {attribute: false},
    busy: {attribute: false},
    typing: {attribute: false},
    draft: {attribute: false},
    draftRev: {type: Number},
    limits: {attribute: false},
    asks: {attribute: false},
  };

  get composer() {
    return this.querySelector("cc-composer");
  }

  /** True when nothing here would be disturbed by another chat coming up. */
  get idle() {
    return !this.dialog && !this.composer?.inUse && !this.querySelector("cc-wrap, cc-whisper");
  }

  /** Puts the focus where the open chat is worked on. */
  async start() {
    await this.updateComplete;
    await this.querySelector("cc-composer, cc-whisper, cc-wrap")?.updateComplete;
    this.querySelector(".wrap-find, #composer-text")?.focus();
  }

  /** Puts a sentence into the message. */
  insert(text) {
    this.composer?.insert(text);
  }

  pending(name) {
    const {dialog, current} = this;
    if (dialog === "end") {
      return html`<cc-end-bar
        .name=${name}
        .closing=${current.chat.closing ?? ""}
        .error=${this.errors.end ?? ""}
        .busy=${this.busy.has("end")}></cc-end-bar>`;
    }
    return nothing;
  }

  targets(name) {
    const {dialog} = this;
    if (dialog !== "transfer" && dialog !== "conference") return nothing;
    return html`<cc-targets
      .mode=${dialog}
      .name=${name}
      .error=${this.errors.target ?? ""}
      .busy=${this.busy.has("target")}
      .list=${(kind, q) => this.asks.targets(dialog, kind, q)}></cc-targets>`;
  }

  get typist() {
    if (!this.typing) return null;
    return {name: this.typing.name || visitorName(this.current.chat.customer)};
  }

  foot(name) {
    const {current} = this;
    const {chat} = current;
    if (current.wrapup) {
      return html`<cc-wrap
        .wrapup=${current.wrapup}
        .draft=${this.draft}
        .error=${this.errors.wrapup ?? ""}
        .busy=${this.busy.has("wrapup")}></cc-wrap>`;
    }
    if (chat.role === "monitor") {
      return html`<cc-whisper
        .chat=${current.id}
        .name=${(chat.agents ?? []).find((agent) => agent.role === "owner")?.name ?? ""}
        .online=${this.online}
        .say=${this.asks.whisper}></cc-whisper>`;
    }
    const allowed = chat.allowed ?? [];
    const blocked = allowed.includes("send") || !current.live ? "" : gettext("You can’t write in this chat now");
    return html`<cc-composer
      .chat=${current.id}
      .name=${name}
      .draft=${this.draft}
      .draftRev=${this.draftRev}
      .online=${this.online}
      .blocked=${blocked}
      .limits=${this.limits}
      .uploads=${current.uploads}
      .policy=${chat.policy === undefined ? "redact" : chat.policy}
      .kinds=${allowed.includes("attach") ? (chat.kinds ?? []) : []}
      .mayCanned=${allowed.includes("canned")}
      .search=${this.asks.canned}></cc-composer>`;
  }

  /** Why no file can be attached to the open chat, "" when it can. */
  get noFiles() {
    const {chat} = this.current;
    const may = (chat.allowed ?? []).includes("attach") && (chat.kinds ?? []).length;
    return may ? "" : gettext("Files can’t be attached in this chat");
  }

  chat() {
    const {current} = this;
    const {chat, transcript, staff} = current;
    const name = visitorName(chat.customer);
    return html`<div class="talk-in" @files=${(event) => this.composer?.take(event.detail.files)}>
      <cc-control
        .chat=${chat}
        .live=${current.live}
        .wrapup=${current.wrapup}
        .online=${this.online}
        .me=${this.me}
        .dialog=${this.dialog}
        .error=${this.errors.control ?? ""}
        .busy=${this.busy.has("control")}></cc-control>
      <cc-transcript
        .chat=${current.id}
        .name=${name}
        .entries=${transcript.entries}
        .staff=${staff?.entries ?? []}
        .pending=${transcript.pending}
        .me=${this.me}
        .customerSeen=${chat.customer_seen ?? 0}
        .typing=${this.typist}
        .missing=${transcript.missingFrom() !== null}
        .joinedAt=${chat.accepted_at}></cc-transcript>
      ${this.pending(name)}${this.foot(name)}${this.targets(name)}
      ${current.wrapup ? nothing : html`<cc-drop-zone .why=${this.noFiles}></cc-drop-zone>`}
    </div>`;
  }

  render() {
    return html`<section class="talk" aria-label=${gettext("Conversation")} data-pane-part tabindex="-1">
      ${this.current ? this.chat() : html`<cc-nothing .agent=${this.agent} .today=${this.today} .busy=${this.busy.has("state")}></cc-nothing>`}
    </section>`;
  }
}

customElements.define("cc-talk", Talk);
