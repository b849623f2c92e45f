// Interaction control of the open chat: who, in which status, and what may be done. Buttons obey `allowed`.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {day, initials, minutes, visitorName} from "../shared/format.js";
import {gettext, interpolate} from "../shared/words.js";
import {instant} from "./clock.js";
import {Part, action, icon} from "./part.js";
import "./timer.js";

/** A first name to speak of somebody in a button; the whole name if it has one word. */
export function shortName(name) {
  return name.split(/\s+/u)[0] || name;
}

/**
 * `chat`: the row; `live`: it goes on; `wrapup`: or null; `online`; `me`; `dialog`: the open pane dialog or ""; `error`.
 * Events: "dialog" {name: "transfer"|"conference"|"end"}, "verb" {type}, "back", "info".
 */
class Control extends Part {
  static properties = {
    chat: {attribute: false},
    live: {type: Boolean},
    wrapup: {attribute: false},
    online: {type: Boolean},
    me: {attribute: false},
    dialog: {},
    error: {},
    busy: {type: Boolean},
  };

  get status() {
    if (!this.live) return "ended";
    return this.online ? this.chat.status : "offline";
  }

  get partner() {
    return (this.chat.agents ?? []).find((agent) => String(agent.id) !== this.me.id) ?? null;
  }

  pill() {
    const pills = {
      ended: ["", gettext("Ended")],
      offline: ["warn", gettext("You are offline")],
      connected: ["ok", gettext("Connected")],
      customer_away: ["warn", gettext("Customer away")],
      conference: ["info", gettext("Conference")],
      conference_requested: ["info", gettext("Conference requested")],
      transfer_requested: ["info", gettext("Transfer requested")],
    };
    const [kind, word] = pills[this.status] ?? ["", this.status];
    return html`<span class=${`pill ${kind}`}>${word}</span>`;
  }

  subline() {
    const {chat, wrapup} = this;
    const queue = chat.queue?.name ?? "";
    if (wrapup) {
      const lasted = instant(wrapup.ended_at) - instant(wrapup.started_at);
      return html`${queue}${lasted > 0 ? html` · ${gettext("lasted")} <span class="num">${minutes(lasted)}</span>` : nothing}`;
    }
    if (chat.role === "monitor") {
      const lead = (chat.agents ?? []).find((agent) => agent.role === "owner");
      return html`${queue} · ${interpolate(gettext("%(name)s leads"), {name: lead?.name ?? ""})}`;
    }
    if (this.status === "conference" && this.partner) {
      const lead = chat.role === "owner" ? gettext("You lead · with %(name)s") : gettext("%(name)s leads");
      return interpolate(lead, {name: this.partner.name});
    }
    return html`${queue} ·
      <cc-timer .at=${instant(chat.accepted_at)}></cc-timer
      >${chat.customer.email ? html`<span class="wide-only"> · ${chat.customer.email}</span>` : nothing}`;
  }

  /** Why this verb can't be used now; "" when it can. */
  why(verb) {
    if (!this.online) return gettext("You are offline");
    if (this.chat.allowed?.includes(verb)) return "";
    if (this.status === "conference_requested") return gettext("Cancel the request first");
    if (this.status === "transfer_requested") return gettext("Cancel the transfer first");
    if (this.status === "conference" && verb === "end" && this.chat.role === "guest")
      return gettext("Only the agent who leads may do this");
    if (this.status === "conference") return gettext("End the conference first");
    return gettext("Not possible in this chat");
  }

  actions() {
    const {chat, busy} = this;
    const may = (verb) => this.online && chat.allowed?.includes(verb);
    const verb = (type, name, label) => action({label, name, busy, onClick: () => this.tell("verb", {type})});
    const end = action({
      label: gettext("End"),
      name: "end",
      kind: "danger",
      why: this.why("end"),
      busy,
      popup: "dialog",
      expanded: this.dialog === "end",
      onClick: () => this.tell("dialog", {name: "end"}),
    });
    if (chat.role === "monitor") return this.supervising(verb);
    if (may("transfer_cancel")) return [verb("transfer.cancel", "x", gettext("Cancel transfer")), end];
    if (may("conference_cancel")) return [verb("conference.cancel", "x", gettext("Cancel request")), end];
    if (may("conference_exit")) {
      return [
        may("take_over") ? verb("supervise.take_over", "forward", gettext("Take over")) : nothing,
        verb("conference.exit", "end", gettext("Leave conference")),
        end,
      ];
    }
    if (may("conference_end")) {
      const hand = interpolate(gettext("Hand over to %(name)s"), {name: shortName(this.partner?.name ?? "")});
      return [
        may("hand_over") ? verb("conference.hand_over", "forward", hand) : nothing,
        verb("conference.end", "conference", gettext("End conference")),
        end,
      ];
    }
    const open = (name, label) =>
      action({
        label,
        name,
        why: this.why(name),
        busy,
        popup: "dialog",
        expanded: this.dialog === name,
        onClick: () => this.tell("dialog", {name}),
      });
    return [open("transfer", gettext("Transfer")), open("conference", gettext("Conference")), end];
  }

  /** Who left a message isn't there: how he comes to his answer. */
  away() {
    const {chat} = this;
    if (!chat.message || !this.live || this.status !== "customer_away") return nothing;
    const until = {day: day(chat.answer_until), email: chat.customer.email};
    return html`<p class="note info control-error">
      ${icon("mail", true)}<span
        >${interpolate(gettext("A message: the customer is not here. He reads your answer if he comes back by %(day)s. No e-mail is sent: %(email)s"), until)}</span
      >
    </p>`;
  }

  /** What a supervisor may do who reads along. */
  supervising(verb) {
    const {chat, busy, online} = this;
    const why = !online
      ? gettext("You are offline")
      : chat.allowed?.includes("barge_in")
        ? ""
        : gettext("Two agents are in this chat, or somebody is asked");
    const join = () => this.tell("verb", {type: "supervise.barge_in"});
    return [
      action({label: gettext("Join"), name: "conference", why, busy, onClick: join}),
      chat.allowed?.includes("take_over") ? verb("supervise.take_over", "forward", gettext("Take over")) : nothing,
      verb("supervise.leave", "x", gettext("Stop reading")),
    ];
  }

  parties() {
    if (this.status !== "conference") return nothing;
    const name = visitorName(this.chat.customer);
    const lead = (agent) => (agent.role === "owner" ? `, ${gettext("lead")}` : "");
    return html`<div class="parties">
      <span class="meta">${gettext("In this chat")}</span>
      <span class="party"><span class="avatar s" aria-hidden="true">${initials(name)}</span>${name}</span>
      ${(this.chat.agents ?? []).map(
        (agent) =>
          html`<span class="party"
            ><span class="avatar s me" aria-hidden="true">${initials(agent.name)}</span>
            ${String(agent.id) === this.me.id ? gettext("You") : agent.name}${lead(agent)}</span
          >`,
      )}
    </div>`;
  }

  render() {
    const name = visitorName(this.chat.customer);
    return html`<div
        class="control"
        role="toolbar"
        aria-label=${gettext("Interaction control")}
        data-pane-part
        tabindex="-1">
        <button
          class="btn quiet icon only-narrow"
          type="button"
          aria-label=${gettext("Back to the list")}
          @click=${() => this.tell("back")}>
          ${icon("left")}
        </button>
        <span class="row grow"
          ><span class="avatar control-ava" aria-hidden="true">${initials(name)}</span>
          <span class="grow"
            ><span class="row"
              ><button
                class="control-name cut"
                type="button"
                aria-label=${interpolate(gettext("%(name)s, show details"), {name})}
                @click=${() => this.tell("info")}>
                ${name}</button
              >${this.chat.role === "monitor" ? html`<span class="pill whisper">${icon("eye", true)}${gettext("Reading along")}</span>` : nothing}${this.pill()}</span
            >
            <span class="meta cut block">${this.subline()}</span></span
          ></span
        >
        ${this.live ? html`<span class="row control-acts">${this.actions()}</span>` : nothing}
      </div>
      ${this.error ? html`<p class="note bad control-error" role="alert">${this.error}</p>` : nothing}
      ${this.away()} ${this.parties()}`;
  }
}

customElements.define("cc-control", Control);
