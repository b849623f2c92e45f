// The commands of the desk: what the parts wish for, asked of the server, each refusal kept where the wish came from.

import {visitorName} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {Part} from "./part.js";
import {acceptRefusal, refusal} from "./refusals.js";

const NOTE_STAYS = 6_000;

/** The part of the desk that talks to the server. `store` is set before anything is asked; `errors` and `busy` are by place. */
export class Commanding extends Part {
  static properties = {
    store: {attribute: false},
    errors: {state: true},
    notes: {state: true},
    mine: {state: true},
    dialog: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {
      dialog: "",
      errors: {},
      notes: [],
      mine: {items: [], more: false, state: "loading"},
      busy: new Set(),
      accepting: new Set(),
      wanted: new Set(),
    });
  }

  /** Runs one command for a place of the page: busy meanwhile, its refusal kept there. True when the server said ok. */
  async attempt(place, type, fields) {
    if (this.busy.has(place)) return false;
    this.busy = new Set(this.busy).add(place);
    this.errors = {...this.errors, [place]: ""};
    try {
      await this.store.run(type, fields);
      return true;
    } catch (error) {
      this.errors = {...this.errors, [place]: refusal(error)};
      return false;
    } finally {
      this.busy.delete(place);
      this.busy = new Set(this.busy);
      this.requestUpdate();
    }
  }

  async setState({state, reason}) {
    const done = await this.attempt("state", "agent.set_state", reason === null ? {state} : {state, reason});
    if (!done && this.store.agent?.state !== "rona") this.querySelector("cc-header").openStates();
  }

  async signOut() {
    const done = await this.attempt("account", "agent.sign_out", {});
    if (done) {
      this.store.wire.stop();
      document.getElementById("logout-form").submit();
      return;
    }
    const {chats, wrapups, offers} = this.store;
    if (!chats.length && !wrapups.length && !offers.length) return;
    const open = [
      [chats.length, ngettext("%(count)s chat", "%(count)s chats", chats.length)],
      [offers.length, ngettext("%(count)s request", "%(count)s requests", offers.length)],
      [wrapups.length, ngettext("%(count)s wrap-up", "%(count)s wrap-ups", wrapups.length)],
    ]
      .filter(([count]) => count)
      .map(([count, words]) => interpolate(words, {count}));
    const list = new Intl.ListFormat(document.documentElement.lang || "en").format(open);
    this.errors = {
      ...this.errors,
      account: interpolate(gettext("Sign-out is not possible yet. Still open: %(list)s."), {list}),
    };
  }

  async accept(id) {
    const offer = this.store.offers.find((item) => item.id === id);
    if (!offer || this.accepting.has(id)) return;
    this.accepting = new Set(this.accepting).add(id);
    this.wanted.add(offer.chat);
    this.requestUpdate();
    try {
      await this.store.run("offer.accept", {offer: id});
    } catch (error) {
      this.wanted.delete(offer.chat);
      this.note({id, name: visitorName(offer.customer), text: acceptRefusal(error.code, error.message)});
    }
    this.accepted([id]);
  }

  async acceptAll(ids) {
    const offers = this.store.offers.filter((offer) => ids.includes(offer.id));
    if (!offers.length) return;
    this.accepting = new Set([...this.accepting, ...ids]);
    this.wanted.add(offers[0].chat);
    this.requestUpdate();
    try {
      const {result} = await this.store.run("offer.accept_all", {offers: ids});
      for (const {offer, ok, code} of result) {
        const row = offers.find((item) => item.id === offer);
        if (!ok && row) this.note({id: offer, name: visitorName(row.customer), text: acceptRefusal(code)});
      }
    } catch (error) {
      this.note({id: ids[0], name: gettext("Contact requests"), text: refusal(error)});
    }
    this.accepted(ids);
  }

  accepted(ids) {
    this.accepting = new Set([...this.accepting].filter((id) => !ids.includes(id)));
    this.requestUpdate();
  }

  /** Words beside the requests for some seconds; what they speak of stays visible elsewhere. */
  note(note) {
    this.notes = [...this.notes.filter((other) => other.id !== note.id), note];
    setTimeout(() => this.dismiss(note.id), note.chat ? 2 * NOTE_STAYS : NOTE_STAYS);
  }

  dismiss(id) {
    this.notes = this.notes.filter((note) => note.id !== id);
  }

  /** A supervisor reads along in a chat of his teams; it comes up with the next snapshot. */
  async watch(chat) {
    if (this.store.watched.some((row) => row.id === chat)) this.openChat(chat);
    else await this.attempt("team", "supervise.monitor", {chat});
  }

  async verb(type) {
    await this.attempt("control", type, {chat: this.store.open});
  }

  async end() {
    const chat = this.store.open;
    if (!(await this.attempt("end", "chat.end", {chat}))) return;
    this.dialog = "";
    this.focusWrap = chat;
    this.requestUpdate();
  }

  async target({kind, target}) {
    const conference = this.dialog === "conference";
    const fields = {chat: this.store.open, [conference ? "agent" : kind]: target};
    if (await this.attempt("target", conference ? "conference.request" : "chat.transfer", fields)) this.closeDialog();
  }

  async submitWrapup({wrapup, codes, note}) {
    const fields = note ? {wrapup, codes, note} : {wrapup, codes};
    this.moveOn = true;
    const done = await this.attempt("wrapup", "wrapup.submit", fields);
    if (!done) this.moveOn = false;
  }

  async loadMine() {
    try {
      const {result} = await this.store.run("history.mine");
      this.mine = {...result, state: "ready"};
    } catch {
      this.mine = {...this.mine, state: "failed"};
    }
  }
}
