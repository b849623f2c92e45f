// What may interrupt, and how: live regions, sounds, notifications, the count in the title. Focus is nobody's business here.

import {filesNews} from "../shared/file-words.js";
import {visitorName} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {clock, instant, onTick} from "./clock.js";
import {maskedNews} from "./line-parts.js";
import {preferences} from "./preferences.js";
import {play} from "./sounds.js";
import {systemLine} from "./system-lines.js";
import {chatRows} from "./views.js";

const GATHER = 5_000;
const LOST_AFTER = 10_000;
const REMIND_AT = 10_000;
const SAID_FOR = 4_000;

/** Listens to the store's news for as long as the page lives. */
export class Notices {
  constructor(store) {
    this.store = store;
    this.title = document.title;
    this.gathered = new Set();
    this.reminded = new Set();
    this.notified = new Set();
    this.lastTick = 0;
    this.polite = document.getElementById("live-polite");
    this.assertive = document.getElementById("live-assertive");
    store.addEventListener("news", (event) => this[event.detail.kind]?.(event.detail));
    store.addEventListener("change", () => this.count());
    onTick(() => this.remind());
    document.addEventListener("visibilitychange", () => this.notified.clear());
  }

  /** Asks the browser; only ever called from a click. Resolves when it was answered. */
  async allow() {
    if (preferences.get("notify") && Notification.permission === "granted") {
      preferences.set("notify", false);
      return;
    }
    preferences.set("notify", (await Notification.requestPermission()) === "granted");
  }

  say(text, region = this.polite) {
    if (!text) return;
    const line = document.createElement("p");
    line.textContent = text;
    region.append(line);
    setTimeout(() => line.remove(), SAID_FOR);
  }

  notify(title, body, tag) {
    if (
      document.hasFocus() ||
      !preferences.get("notify") ||
      !("Notification" in globalThis) ||
      Notification.permission !== "granted"
    )
      return;
    const shown = new Notification(title, {body, tag});
    shown.addEventListener("click", () => {
      focus();
      shown.close();
    });
  }

  tick() {
    if (Date.now() - this.lastTick < GATHER) return;
    this.lastTick = Date.now();
    play("tick");
  }

  offers({offers}) {
    play("request");
    for (const offer of offers) {
      const seconds = Math.max(0, Math.round((instant(offer.expires_at) - clock.now()) / 1000));
      const values = {name: visitorName(offer.customer), queue: offer.queue?.name ?? "", seconds};
      this.say(
        interpolate(gettext("Contact request from %(name)s, %(queue)s, %(seconds)s seconds."), values),
        this.assertive,
      );
      this.notify(interpolate(gettext("Contact request from %(name)s"), values), values.queue, offer.id);
    }
  }

  remind() {
    for (const offer of this.store.offers) {
      const left = instant(offer.expires_at) - clock.now();
      if (left > REMIND_AT || left < REMIND_AT - 2_000 || this.reminded.has(offer.id)) continue;
      this.reminded.add(offer.id);
      play("request");
      this.say(
        interpolate(gettext("10 seconds left for %(name)s."), {name: visitorName(offer.customer)}),
        this.assertive,
      );
    }
  }

  rona() {
    play("low");
    this.say(gettext("You are in RONA. Choose Available or Idle."), this.assertive);
    this.notify(gettext("You are in RONA"), gettext("You get no new requests until you choose."), "rona");
  }

  lines({chat, entries}) {
    const name = visitorName(chat.customer);
    const open = chat.id === this.store.open;
    const messages = entries.filter((entry) => entry.kind === "message");
    if (open) {
      for (const entry of entries) this.say(this.spoken(entry, name));
    } else if (messages.length) {
      this.tick();
      this.gather(chat.id);
    }
    if (messages.length && !this.notified.has(chat.id) && document.hidden) {
      this.notified.add(chat.id);
      this.notify(name, gettext("New message"), `chat-${chat.id}`);
    }
  }

  spoken(entry, name) {
    if (entry.kind === "message") {
      const said = [entry.text, ...(entry.attachments ?? []).map((file) => file.name)].filter(Boolean).join(", ");
      return `${entry.sender.kind === "customer" ? name : entry.sender.name}: ${said}`;
    }
    return entry.kind === "amended" ? filesNews(entry.attachments) : systemLine(entry, this.store.me).text;
  }

  gather(chat) {
    if (!this.gathered.size) setTimeout(() => this.sayGathered(), GATHER);
    this.gathered.add(chat);
  }

  sayGathered() {
    const rows = chatRows(this.store).filter((row) => this.gathered.has(row.id) && row.unread);
    this.gathered.clear();
    for (const row of rows)
      this.say(
        interpolate(ngettext("%(name)s, %(count)s unread.", "%(name)s, %(count)s unread.", row.unread), {
          name: row.name,
          count: row.unread,
        }),
      );
  }

  whispers({chat, entries}) {
    if (!entries.some((entry) => entry.kind === "whisper")) return;
    this.tick();
    for (const entry of entries) {
      if (entry.kind !== "whisper") continue;
      this.say(
        interpolate(gettext("%(name)s to you only, on %(customer)s: %(text)s"), {
          name: entry.sender.name,
          customer: visitorName(chat.customer),
          text: entry.text,
        }),
      );
    }
  }

  masked({entries}) {
    for (const entry of entries) this.say(maskedNews(entry.findings));
  }

  lost() {
    play("low");
    this.say(gettext("Connection lost."), this.assertive);
    setTimeout(() => {
      if (!this.store.online)
        this.notify(gettext("Connection lost."), gettext("The desk tries to come back by itself."), "lost");
    }, LOST_AFTER);
  }

  back() {
    this.say(gettext("Connected again, nothing lost."));
  }

  /** The title carries how much waits for the agent: requests and unread messages. */
  count() {
    if (!this.store.snapshot) return;
    const unread = chatRows(this.store).reduce((sum, row) => sum + (row.on && !document.hidden ? 0 : row.unread), 0);
    const all = unread + this.store.offers.length;
    const title = all ? `(${all}) ${this.title}` : this.title;
    if (document.title !== title) document.title = title;
  }
}
