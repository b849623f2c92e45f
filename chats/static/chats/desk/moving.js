// Moving about on the desk: which chat, which dialog, which pane, and where the focus goes.

import {Commanding} from "./commanding.js";
import {chatRows, offerRows, wrapupRows} from "./views.js";

const DRAWER = matchMedia("(min-width: 721px) and (max-width: 1180px)");

/** The part of the desk that decides what stands in front; keys of keys.js end here. */
export class Moving extends Commanding {
  static properties = {
    tab: {state: true},
    past: {state: true},
    help: {state: true},
    pane: {state: true},
    drawer: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {tab: "customer", past: null, help: false, pane: "list", drawer: false, draftRev: 0});
  }

  /** Whether the supervisor's board stands in front of the desk. */
  get onTeam() {
    return location.hash === "#team" && Boolean(this.store.config.urls.team);
  }

  get talk() {
    return this.querySelector("cc-talk");
  }

  openChat(chat, focus = true) {
    for (const note of this.notes) if (note.chat === chat) this.dismiss(note.id);
    if (chat !== this.store.open) {
      Object.assign(this, {dialog: "", past: null, errors: {}});
      if (this.tab !== "customer") this.tab = "customer";
    }
    this.pane = "chat";
    if (this.onTeam) location.hash = "#desk";
    this.store.openChat(chat);
    this.draftRev += 1;
    if (focus) this.updateComplete.then(() => this.talk.start());
  }

  openDialog(name) {
    const {current} = this.store;
    if (!current?.live || !this.store.online || !(current.chat.allowed ?? []).includes(name)) return;
    this.errors = {...this.errors, [name === "end" ? "end" : "target"]: ""};
    this.dialog = this.dialog === name ? "" : name;
    if (!this.dialog) this.talk.start();
  }

  closeDialog() {
    const names = {
      end: ".btn.danger",
      transfer: ".control-acts .btn:nth-of-type(1)",
      conference: ".control-acts .btn:nth-of-type(2)",
    };
    const button = names[this.dialog];
    this.dialog = "";
    this.focusOn(`.control ${button}`);
  }

  showPast(chat) {
    this.past = this.mine.items.find((item) => item.chat === chat) ?? {
      chat,
      customer: this.store.current?.chat.customer,
    };
    this.tab = "history";
    this.showInfo(true);
  }

  showInfo(on) {
    this.drawer = on && DRAWER.matches;
    this.pane = on ? "info" : this.store.open ? "chat" : "list";
  }

  showTab(tab) {
    Object.assign(this, {tab, past: null});
  }

  seen() {
    if (document.hidden || !this.store.open || this.onTeam) return;
    if (this.querySelector("cc-transcript")?.atEnd) this.store.markSeen(this.store.open);
  }

  /** Next pane in the order of the page; hidden ones are left out. */
  paneStep(step) {
    const panes = [...this.querySelectorAll("[data-pane-part]")].filter(
      (pane) => pane.offsetParent !== null || pane.classList.contains("requests"),
    );
    const at = panes.findLastIndex((pane) => pane.contains(document.activeElement));
    const next = panes[(at + step + panes.length) % panes.length];
    const inner = next.matches(".composer")
      ? next.querySelector("textarea")
      : next.matches(".transcript")
        ? next
        : next.querySelector("a[href], button, input");
    (inner ?? next).focus();
  }

  keyMap() {
    const {store} = this;
    return {
      accept: () => offerRows(store)[0] && this.accept(offerRows(store)[0].id),
      acceptAll: () => this.acceptAll(offerRows(store).map((offer) => offer.id)),
      chat: (number) => {
        const row = chatRows(store)[number - 1];
        if (row) this.openChat(row.id);
      },
      nextWaiting: () => this.nextWaiting(),
      transfer: () => this.openDialog("transfer"),
      conference: () => this.openDialog("conference"),
      end: () => this.openDialog("end"),
      states: () => this.querySelector("cc-header").openStates(),
      wrapup: () => {
        const row = wrapupRows(store)[0];
        if (row) this.openChat(row.id);
      },
      attach: () => this.talk.composer?.attach(),
      history: () => {
        this.showTab("history");
        this.showInfo(true);
        this.focusOn(".aux input, #tab-history");
      },
      help: () => {
        this.help = !this.help;
      },
      search: () => this.querySelector("#search-text")?.focus(),
      pane: (step) => this.paneStep(step),
    };
  }

  nextWaiting() {
    const rows = chatRows(this.store);
    const at = rows.findIndex((row) => row.on);
    const order = [...rows.slice(at + 1), ...rows.slice(0, at + 1)];
    const next = order.find((row) => row.waitsSince !== null);
    if (next) this.openChat(next.id);
  }
}
