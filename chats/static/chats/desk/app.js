// The desk: joins what is known (store.js) with what is shown (the parts) and turns the parts' wishes into commands.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {visitorName} from "../shared/format.js";
import {gettext} from "../shared/words.js";
import "./aux.js";
import "./banner.js";
import {clock, instant} from "./clock.js";
import "./header.js";
import "./inactivity.js";
import "./help.js";
import {listenToKeys} from "./keys.js";
import {Moving} from "./moving.js";
import {icon} from "./part.js";
import "./requests.js";
import "./rona.js";
import {systemLine} from "./system-lines.js";
import "./take-over.js";
import "./talk.js";
import "./tasks.js";
import {chatRows, loadView, offerRows, watchedRows, wrapupRows} from "./views.js";

const BACK_STAYS = 3_000;
const NEWS_LASTS = 30_000;

/** `store` and `notices` are set once, by main.js. */
class Desk extends Moving {
  static properties = {
    back: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {back: false, wasOnline: false, hasBoard: false});
  }

  willUpdate(changed) {
    if (changed.has("store") && this.store) this.begin();
  }

  begin() {
    const {store} = this;
    store.addEventListener("change", () => this.requestUpdate());
    store.addEventListener("news", (event) => this.newsCame(event.detail));
    store.wire.addEventListener("ready", () => {
      this.wasOnline = true;
      this.loadMine();
    });
    document.addEventListener("visibilitychange", () => this.seen());
    this.asks = {
      canned: async (q) => (await store.run("canned.search", {chat: store.open, q})).result,
      targets: async (mode, kind, q) =>
        (await store.run("targets.list", {chat: store.open, kind, for: mode, q})).result,
      history: async (fields) => (await store.run("history.list", fields)).result,
      team: async (q) => (await store.run("supervise.list", {q})).result,
      whisper: (text) => store.run("supervise.whisper", {chat: store.open, text}),
      past: async (past) =>
        (await store.run("history.open", {chat: this.isMine(past) ? past : store.open, past})).result,
    };
    if (store.open) this.pane = "chat";
    addEventListener("hashchange", () => this.turned());
    this.turned();
    listenToKeys(this.keyMap());
  }

  /** Between desk and board: the board's parts are fetched when it is opened for the first time. */
  async turned() {
    this.seen();
    this.requestUpdate();
    if (!this.onTeam || this.hasBoard) return;
    await import("./board.js");
    this.hasBoard = true;
    this.requestUpdate();
  }

  /** One of my last 24 hours: such a contact is opened in its own name, not in that of the open chat. */
  isMine(past) {
    return this.mine.items.some((item) => item.chat === past);
  }

  // -- what the server told ---------------------------------------------------------------------------------------------

  newsCame({kind, chats, chat, entries}) {
    if (kind === "begun") for (const row of chats) this.begun(row);
    else if (kind === "closed") this.closed(chat);
    else if (kind === "rona") this.ronaCame();
    else if (kind === "watching") this.openChat(chats[0].id);
    else if (kind === "whispers") this.cameToNothing(chat, entries);
    else if (kind === "back") {
      this.back = true;
      setTimeout(() => {
        this.back = false;
      }, BACK_STAYS);
    }
  }

  /** A chat is mine now: it comes up if nobody is disturbed by it, else it is marked and a notice can open it. */
  begun(row) {
    const wanted = this.wanted.delete(row.id);
    if (!this.store.open || (wanted && this.talk.idle)) this.openChat(row.id, wanted);
    else if (wanted)
      this.note({
        id: row.id,
        chat: row.id,
        name: visitorName(row.customer),
        text: gettext("This chat is yours now. It waits in the list."),
      });
  }

  /** Who was asked didn't come: the agent hears of it, wherever he is. */
  cameToNothing(chat, entries) {
    for (const entry of entries) {
      if (!entry.kind.endsWith("_lapsed") || entry.data.why === "cancelled") continue;
      if (String(entry.data.by?.id) !== this.store.me.id || clock.now() - instant(entry.at) > NEWS_LASTS) continue;
      const note = {id: `${chat.id}-${entry.seq}`, name: visitorName(chat.customer)};
      this.note({...note, chat: chat.id, text: systemLine(entry, this.store.me).text});
    }
  }

  /** The open chat or wrap-up is gone: to the next that waits, else to any, else to the list. */
  closed(chat) {
    this.dialog = "";
    const rows = chatRows(this.store);
    const next = rows.find((row) => row.waitsSince !== null && row.id !== chat) ?? rows[0];
    const focus = this.moveOn || document.activeElement === document.body;
    this.moveOn = false;
    if (next) this.openChat(next.id, focus);
    else {
      this.store.openChat(null);
      this.pane = "list";
      if (focus) this.focusOn(".recent .tasks-head");
    }
    this.loadMine();
  }

  async ronaCame() {
    this.errors = {...this.errors, state: ""};
    const quiet = this.talk.idle && !this.help && !this.contains(document.activeElement?.closest("input, textarea"));
    if (quiet) await this.focusOn(".rona-pop .btn");
  }

  // -- drawing ----------------------------------------------------------------------------------------------------------

  get found() {
    const row = (item) => ({id: item.id, name: item.name, detail: item.queue, past: false});
    const past = this.mine.items.map((item) => ({
      id: item.chat,
      name: visitorName(item.customer),
      detail: `${item.queue?.name ?? ""} · ${gettext("last 24 hours")}`,
      past: true,
    }));
    return [...chatRows(this.store).map(row), ...wrapupRows(this.store).map(row), ...past];
  }

  get today() {
    if (this.mine.state !== "ready" || this.mine.more) return this.store.agent?.today ?? null;
    const day = new Date().toDateString();
    return {
      handled: this.mine.items.filter((item) => new Date(item.ended_at).toDateString() === day).length,
      ...this.store.agent?.today,
    };
  }

  listeners() {
    return {
      state: (detail) => this.setState(detail),
      "sign-out": () => this.signOut(),
      help: () => {
        this.help = !this.help;
      },
      "ask-notify": () => this.notices.allow(),
      open: ({chat}) => this.openChat(chat),
      past: ({chat}) => this.showPast(chat),
      "past-closed": () => {
        this.past = null;
      },
      accept: ({offer}) => this.accept(offer),
      "accept-all": ({offers}) => this.acceptAll(offers),
      point: ({offer}) => this.querySelector("cc-requests")?.point(offer),
      dismiss: ({note}) => this.dismiss(note),
      "reload-mine": () => this.loadMine(),
      retry: () => this.store.wire.retryNow(),
      "take-over": () => this.takeOver(),
      dialog: ({name}) => this.openDialog(name),
      verb: ({type}) => this.verb(type),
      watch: ({chat}) => this.watch(chat),
      back: () => {
        this.pane = "list";
      },
      info: () => this.showInfo(!(this.drawer || this.pane === "info")),
      "info-closed": () => this.showInfo(false),
      tab: ({tab}) => this.showTab(tab),
      "end-seen": () => this.seen(),
      "take-back": ({cid}) => this.takeBack(cid),
      "dismiss-message": ({cid}) => this.store.outboxes.get(this.store.open).takeBack(cid),
      again: ({cid}) => this.store.outboxes.get(this.store.open).again(cid),
      send: ({text}) => this.store.send(this.store.open, text),
      draft: ({text}) => this.store.drafts.set(this.store.open, text),
      typing: ({on}) => this.store.markTyping(this.store.open, on),
      "insert-closing": () => this.insertClosing(),
      end: () => this.end(),
      chosen: (detail) => detail?.target && this.target(detail),
      "submit-wrapup": (detail) => this.submitWrapup(detail),
      extend: ({wrapup}) => this.attempt("wrapup", "wrapup.extend", {wrapup}),
    };
  }

  connectedCallback() {
    super.connectedCallback();
    for (const [name, act] of Object.entries(this.listeners()))
      this.addEventListener(name, (event) => act(event.detail));
    this.addEventListener("closed", (event) => this.closedPart(event.target.localName));
  }

  closedPart(name) {
    if (name === "cc-help") {
      this.help = false;
      this.focusOn("cc-header .end > button:last-of-type");
    } else if (name === "cc-end-bar" || name === "cc-targets") this.closeDialog();
  }

  takeBack(cid) {
    this.store.takeBack(this.store.open, cid);
    this.draftRev += 1;
    this.updateComplete.then(() => this.talk.start());
  }

  insertClosing() {
    const {closing} = this.store.current.chat;
    this.dialog = "";
    this.updateComplete.then(() => this.talk.insert(closing));
  }

  takeOver() {
    this.takingOver = true;
    this.store.wire.start();
    this.requestUpdate();
  }

  updated() {
    document.documentElement.dataset.pane = this.pane;
    document.documentElement.toggleAttribute("data-drawer", this.drawer);
    if (this.focusWrap && this.store.current?.wrapup?.chat === this.focusWrap) {
      this.focusWrap = null;
      this.talk.start();
    }
  }

  bottom() {
    const count =
      chatRows(this.store).reduce((sum, row) => sum + (row.on ? 0 : row.unread), 0) + this.store.offers.length;
    const tabs = [
      ["list", "queue", gettext("Chats")],
      ["chat", "chat", gettext("Conversation")],
      ["info", "user", gettext("Customer")],
    ];
    return html`<nav class="bottom" aria-label=${gettext("Panes")}>
      ${tabs.map(
        ([name, mark, label]) =>
          html`<button
            type="button"
            aria-current=${!this.onTeam && this.pane === name ? "true" : nothing}
            @click=${() => {
              if (this.onTeam) location.hash = "#desk";
              this.pane = name;
            }}>
            ${icon(mark)}<span>${label}</span>${name === "list" && count ? html`<span class="count">${count}</span>` : nothing}
          </button>`,
      )}
      ${
        this.store.config.urls.team
          ? html`<button
              type="button"
              aria-current=${this.onTeam ? "true" : nothing}
              @click=${() => {
                location.hash = "#team";
              }}>
              ${icon("eye")}<span>${gettext("Team")}</span>
            </button>`
          : nothing
      }
    </nav>`;
  }

  requests() {
    const {store} = this;
    if (store.agent?.state === "rona" && store.online) {
      return html`<cc-rona
        .missed=${store.lastRona}
        .chats=${store.chats.length}
        .busy=${this.busy.has("state")}
        .error=${this.errors.state ?? ""}></cc-rona>`;
    }
    const offers = store.online ? offerRows(store) : [];
    return html`<cc-requests .offers=${offers} .accepting=${this.accepting} .notes=${this.notes}></cc-requests>`;
  }

  panes() {
    const {store} = this;
    const {current} = store;
    return html`<main class="desk" ?hidden=${this.onTeam}>
      <cc-tasks
        .offers=${store.online ? offerRows(store) : []}
        .chats=${chatRows(store)}
        .wrapups=${wrapupRows(store)}
        .watched=${watchedRows(store)}
        .team=${store.agent?.role === "supervisor" ? this.asks?.team : null}
        .error=${this.errors.team ?? ""}
        .mine=${this.mine}
        .accepting=${this.accepting}
        .loaded=${store.snapshot !== null}></cc-tasks>
      <cc-talk
        .current=${current}
        .agent=${store.agent}
        .today=${this.today}
        .me=${store.me}
        .online=${store.online}
        .dialog=${this.dialog}
        .errors=${this.errors}
        .busy=${this.busy}
        .typing=${store.typing.get(store.open) ?? null}
        .draft=${store.open ? store.drafts.get(store.open) : ""}
        .draftRev=${this.draftRev}
        .limits=${store.config.limits}
        .asks=${this.asks}></cc-talk>
      <cc-aux
        .current=${current}
        .tab=${this.tab}
        .past=${this.past}
        .me=${store.me}
        .list=${this.asks?.history}
        .openPast=${this.asks?.past}></cc-aux>
    </main>`;
  }

  render() {
    const {store} = this;
    if (!store) return nothing;
    return html`<cc-header
        .agent=${store.agent}
        .reasons=${store.snapshot?.reasons ?? []}
        .load=${loadView(store)}
        .status=${store.status}
        .config=${store.config}
        .errors=${this.errors}
        .found=${this.found}></cc-header>
      <cc-banner role="status" .status=${store.status} .lostAt=${store.lostAt} .back=${this.back}></cc-banner>
      ${this.requests()}<cc-inactivity .store=${store} .until=${store.agent?.sign_out_at ?? null}></cc-inactivity>${this.panes()}
      ${this.onTeam && this.hasBoard ? html`<cc-board .desk=${store}></cc-board>` : nothing}${this.bottom()}
      ${this.help ? html`<cc-help></cc-help>` : nothing}
      ${store.status.state === "closed" && store.status.code !== 1000 ? html`<cc-take-over .status=${store.status} .wasOnline=${this.wasOnline} .loginUrl=${`/accounts/login/?next=${location.pathname}`}></cc-take-over>` : nothing}`;
  }
}

customElements.define("cc-desk", Desk);
