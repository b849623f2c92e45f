/** <cc-widget>: the whole widget. Chooses what stands between head and foot, and joins the parts to the session. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {day, time} from "../shared/format.js";
import {gettext, interpolate} from "../shared/words.js";
import {Announcer} from "./announcer.js";
import "../shared/drop-zone.js";
import "./closed.js";
import "./composer.js";
import {face} from "./face.js";
import "./head.js";
import {switchLanguage} from "./language.js";
import "./log.js";
import "./menu.js";
import "./over.js";
import {icon, Part} from "./part.js";
import "./rating.js";
import {isSpeech} from "./session.js";
import {setSound, soundOn, tone} from "./sound.js";
import "./start-form.js";
import "./wait-card.js";

const PAGE_LIMIT = 500;

/** `session` a CustomerSession, `host` a HostPage, `config` the page's configuration, `region` the live region. */
export class Widget extends Part {
  static properties = {
    config: {attribute: false},
    opened: {state: true},
    menuOpen: {state: true},
    leaving: {state: true},
    leaveFailed: {state: true},
    rating: {state: true},
    leavesMessage: {state: true},
    sound: {state: true},
  };

  #announcer = null;
  #visit = {};

  constructor() {
    super();
    this.sound = soundOn();
    this.menuOpen = false;
    this.rating = false;
  }

  /** Joined to its session and host; to be called once, before it enters the page. */
  join({session, host, region}) {
    this.session = session;
    this.host = host;
    this.opened = !host.framed;
    this.#announcer = new Announcer(region);
    session.addEventListener("change", () => this.#sessionChanged());
    session.addEventListener("heard", (event) => this.#heard(event.detail.entries));
    host.addEventListener("hello", (event) => this.#helloFromHost(event.detail));
    host.addEventListener("opened", (event) => this.#openedByHost(event.detail));
    host.addEventListener("closed", () => { this.opened = false; });
    document.addEventListener("visibilitychange", () => this.#look());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  render() {
    return html`<main class="widget" aria-label=${interpolate(gettext("Chat with %(organisation)s"), this.config)}>
      ${this.#head()}
      ${this.menuOpen ? this.#menu() : nothing}
      ${this.session.lost ? html`<div
        class="banner warn w-off">${icon("wifioff")}<span>${gettext("No connection. We keep trying.")}</span></div>`
        : nothing}
      ${this.session.ticket ? this.#talk() : this.#beforeTalk()}
      <p class="by">${interpolate(gettext("Chat by %(organisation)s"), this.config)}</p>
    </main>`;
  }

  updated() {
    this.#look();
  }

  #head() {
    const {session, config} = this;
    const {shape, heading, sub} = face(session, config);
    return html`<cc-head .face=${shape} .heading=${heading} .sub=${sub} .languages=${config.languages}
      .language=${config.language}
      ?withMenu=${Boolean(session.ticket) && !session.over && session.chat?.kind !== "message"} ?menuOpen=${this.menuOpen} ?framed=${this.host.framed}
      @cc-menu=${this.#toggleMenu} @cc-minimise=${this.#minimise} @cc-language=${this.#changeLanguage}></cc-head>`;
  }

  #menu() {
    return html`<cc-menu ?sound=${this.sound} ?busy=${this.leaving} ?failed=${this.leaveFailed}
      @cc-sound=${this.#toggleSound}
      @cc-leave=${this.#leave} @cc-menu-close=${this.#toggleMenu}></cc-menu>`;
  }

  #beforeTalk() {
    const {config} = this;
    if (!config.open || this.leavesMessage) {
      const words = config.open ? gettext("Too many people are waiting right now.") : config.closed_message;
      return html`<cc-closed .message=${words} .form=${config.form}
        .begin=${config.takes_messages ? (wishes) => this.#leaveMessage(wishes) : null}></cc-closed>`;
    }
    return html`<cc-start-form .form=${config.form} ?takesMessages=${config.takes_messages}
      .begin=${(wishes) => this.#start(wishes)} @cc-message=${this.#wishMessage}></cc-start-form>`;
  }

  #talk() {
    const {session} = this;
    if (this.rating) {
      const who = lastAgent(session.transcript.entries);
      return html`<cc-rating .who=${who} .rate=${(score, comment) => session.rate(score, comment)}
        @cc-rated=${this.#endRating} @cc-not-now=${this.#endRating}></cc-rating>`;
    }
    const {entries, pending} = session.transcript;
    const state = session.chat?.state;
    const names = [...session.typing.values()].map(({name}) => name);
    return html`
      <cc-log .entries=${entries} .pending=${pending} .typing=${state === "active" && !session.over ? names : []}
        .tail=${this.#tail(entries, pending)}
        .api=${session.api} .seenByOthers=${session.seenByOthers}
        ?foldBot=${Boolean(state) && state !== "bot"} @cc-edit=${this.#edit} @cc-dismiss=${this.#dismiss}
        @cc-again=${this.#again}></cc-log>
      ${session.over ? nothing : this.#composer()}`;
  }

  #composer() {
    const {session, config} = this;
    const {policy = "redact", can_attach: may, kinds = []} = session.chat ?? {};
    const why = may && kinds.length ? "" : gettext("Files can’t be attached in this chat");
    return html`<cc-composer .chat=${session.ticket.id} .limits=${config.limits} .uploads=${session.uploads}
        .policy=${policy} .kinds=${why ? [] : kinds} @cc-send=${this.#send} @cc-typing=${this.#typing}></cc-composer>
      <cc-drop-zone .why=${why} @files=${this.#dropped}></cc-drop-zone>`;
  }

  #tail(entries, pending) {
    const {session} = this;
    const chat = session.chat ?? {};
    if (session.over) {
      const lost = session.closedWith !== null && session.closedWith !== 4410 && chat.state !== "ended";
      const canRate = Boolean(chat.can_rate) && session.closedWith === null;
      return html`<li class="over-acts"><cc-over ?canRate=${canRate} ?rated=${chat.rated} ?lost=${lost}
        @cc-rate=${() => { this.rating = true; }} @cc-new=${this.#startAnew}></cc-over></li>`;
    }
    if (chat.kind === "message" && chat.state !== "active") {
      return html`<li class="note w-later">${icon("mail")}<span>${laterWords(chat)}</span></li>`;
    }
    if (chat.state === "queued" || chat.state === "offered") {
      return html`<li><cc-wait-card class="wait-card" .position=${chat.position} .wait=${chat.wait}
        ?again=${Boolean(lastAgent(entries))}></cc-wait-card></li>`;
    }
    const mayReply = chat.state === "bot" && pending.length === 0;
    const replies = mayReply ? chat.quick_replies ?? [] : [];
    const putOff = mayReply && chat.leave_message;
    if (!replies.length && !putOff) return nothing;
    return html`<li class="quick" role="group" aria-label=${gettext("Quick replies")}>${replies.map(
      (reply) => html`<button class="qr" type="button" @click=${() => this.#quickReply(reply)}>${reply}</button>`,
    )}${putOff ? html`<button class="qr" type="button" ?disabled=${this.leaving}
      @click=${() => this.#putOff()}>${icon("mail")}${gettext("Leave a message")}</button>` : nothing}</li>`;
  }

  async #start(wishes) {
    await this.session.start({...wishes, language: this.config.language, ...this.#visit});
    await this.updateComplete;
    this.querySelector("cc-composer")?.focusText();
  }

  async #wishMessage() {
    this.leavesMessage = true;
    await this.updateComplete;
    await this.querySelector("cc-closed")?.updateComplete;
    this.querySelector("cc-start-form")?.focusFirst();
  }

  /** Who finds somebody there after all is asked to start a chat. */
  async #leaveMessage(wishes) {
    try {
      await this.session.leaveMessage({...wishes, language: this.config.language, ...this.#visit});
    } catch (error) {
      if (error.name !== "StartRefused" || error.code !== "state") throw error;
      this.config = {...this.config, open: true};
      this.leavesMessage = false;
    }
  }

  #send(event) {
    this.session.send(event.detail.text, {withFiles: true});
  }

  #dropped(event) {
    this.querySelector("cc-composer").attach(event.detail.files);
  }

  #dismiss(event) {
    this.session.takeBack(event.detail.cid);
  }

  #quickReply(reply) {
    this.session.send(reply);
    this.querySelector("cc-composer").focusText();
  }

  #typing(event) {
    this.session.tellTyping(event.detail.on);
  }

  #edit(event) {
    const text = this.session.takeBack(event.detail.cid);
    if (text !== null) this.querySelector("cc-composer")?.take(text);
  }

  #again(event) {
    this.session.again(event.detail.cid);
  }

  async #leave() {
    this.leaving = true;
    this.leaveFailed = false;
    try {
      await this.session.leave();
      this.menuOpen = false;
    } catch (error) {
      if (error.name !== "WireError") throw error;
      this.leaveFailed = true;
    } finally {
      this.leaving = false;
    }
  }

  /** The talk with the chatbot ends, and the form of a message stands in its place. */
  async #putOff() {
    const open = this.session.chat.leave_message !== "closed";
    await this.#leave();
    if (this.leaveFailed) return;
    this.config = {...this.config, open};
    this.session.close();
    await this.#wishMessage();
  }

  #endRating() {
    this.rating = false;
    this.#focusFirst();
  }

  async #startAnew() {
    this.rating = false;
    this.leavesMessage = false;
    this.session.close();
    await this.updateComplete;
    this.querySelector("cc-start-form")?.focusFirst();
  }

  async #changeLanguage(event) {
    try {
      this.config = await switchLanguage(event.detail.language);
    } catch {
      return;
    }
    this.#renderAll();
  }

  /** Words aren't properties: every part has to draw itself once more. */
  #renderAll() {
    this.requestUpdate();
    for (const element of this.querySelectorAll("*")) element.requestUpdate?.();
  }

  #toggleSound() {
    this.sound = !this.sound;
    setSound(this.sound);
  }

  async #toggleMenu() {
    this.menuOpen = !this.menuOpen;
    this.leaveFailed = false;
    if (this.menuOpen) return;
    await this.updateComplete;
    this.querySelector("cc-head [aria-expanded]")?.focus();
  }

  #minimise() {
    this.opened = false;
    this.host.tell("close");
  }

  #key(event) {
    if (event.key === "Escape" && !event.defaultPrevented && this.host.framed) this.#minimise();
  }

  /** The host may vouch for the customer, and says on which page he is. */
  #helloFromHost({identity, page}) {
    this.#visit = {};
    if (typeof identity === "string" && identity) this.#visit.identity = identity;
    if (typeof page === "string") this.#visit.page = page.slice(0, PAGE_LIMIT);
  }

  async #openedByHost({focus}) {
    this.opened = true;
    await this.updateComplete;
    if (focus) this.#focusFirst();
  }

  /** On a touch screen the keyboard stays down until the customer asks for it. */
  async #focusFirst() {
    await this.updateComplete;
    const typing = this.querySelector("textarea, input") && !matchMedia("(pointer: coarse)").matches;
    const first = typing ? this.querySelector(".w-comp textarea, .w-form input, .w-form textarea")
      : this.querySelector(".over-acts button, .w-head button");
    first?.focus();
  }

  #heard(entries) {
    this.#announcer.heard(entries);
    if (entries.some(isSpeech) && (!this.opened || document.hidden)) tone();
  }

  #sessionChanged() {
    if (this.session.over || !this.session.ticket) this.menuOpen = false;
    this.#announcer.placed(this.session.chat ?? undefined);
    this.#announcer.connection(this.session.lost);
    this.requestUpdate();
  }

  /** What stands on the open screen counts as seen; the host's launcher shows the rest. */
  #look() {
    const {session} = this;
    if (session.ticket && this.opened && !document.hidden && this.querySelector("cc-log")) session.markSeen();
    this.host.tell("state", {unread: session.unread, running: Boolean(session.ticket)});
  }
}

customElements.define("cc-widget", Widget);

function lastAgent(entries) {
  return entries.findLast(({kind, data}) => kind === "joined" && data.who === "agent")?.data.name ?? "";
}

/** When a message is read, and how its answer comes. */
function laterWords({opens_at: opensAt, answer_until: until}) {
  const got = gettext("We have your message.");
  const read = opensAt
    ? interpolate(gettext("We open on %(day)s at %(time)s and read it then."), {day: day(opensAt), time: time(opensAt)})
    : gettext("We read it as soon as somebody is free.");
  const back = interpolate(
    gettext("Our answer stands here in this browser until %(day)s; we may also write to your e-mail address."),
    {day: day(until)},
  );
  return `${got} ${read} ${back}`;
}
