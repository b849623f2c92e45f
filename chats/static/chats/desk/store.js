// What the desk knows: the last snapshot, the transcripts, what is open. No rendering here.
// Events: "change" (something to draw), "news" (detail {kind, …}: something that may interrupt, see notices.js).

import {FileApi} from "../shared/file-api.js";
import {Follower} from "../shared/follower.js";
import {Outbox} from "../shared/outbox.js";
import {forget, keep, kept} from "../shared/storage.js";
import {Transcript} from "../shared/transcript.js";
import {Uploads} from "../shared/uploads.js";
import {clock, instant} from "./clock.js";

const OPEN_KEY = "cc.desk.open";
const TYPING_LASTS = 6_000;

export class DeskStore extends EventTarget {
  constructor({wire, config, drafts}) {
    super();
    Object.assign(this, {wire, config, drafts});
    this.status = {state: "connecting", code: null, retryAt: null, error: null};
    this.lostAt = null;
    this.snapshot = null;
    this.publics = new Map();
    this.staff = new Map();
    this.outboxes = new Map();
    this.uploads = new Map();
    this.known = new Map();
    this.read = new Map();
    this.typing = new Map();
    this.unopened = new Set();
    this.lastRona = null;
    this.open = kept(OPEN_KEY);
    this.follower = new Follower(wire);
    wire.addEventListener("frame", (event) => this.frameCame(event.detail));
    wire.addEventListener("status", (event) => this.statusChanged(event.detail));
  }

  get me() {
    return {kind: "agent", id: String(this.snapshot?.agent.id ?? this.config.agent.id)};
  }
  get agent() {
    return this.snapshot?.agent ?? null;
  }
  get offers() {
    return this.snapshot?.offers ?? [];
  }
  get chats() {
    return this.snapshot?.chats ?? [];
  }
  /** Chats in which a supervisor reads along. */
  get watched() {
    return this.snapshot?.watched ?? [];
  }
  get wrapups() {
    return this.snapshot?.wrapups ?? [];
  }
  get online() {
    return this.status.state === "online";
  }

  /** The open chat with what is known of it: its row, its wrap-up if it is over, its transcripts. Null: nothing is open. */
  get current() {
    const wrapup = this.wrapups.find((item) => item.chat === this.open) ?? null;
    const row = [...this.chats, ...this.watched].find((item) => item.id === this.open) ?? null;
    const chat = row ?? this.known.get(this.open) ?? wrapup;
    if (!row && !wrapup) return null;
    return {
      id: this.open,
      chat,
      live: row !== null,
      wrapup,
      transcript: this.transcript(this.open),
      uploads: this.uploads.get(this.open),
      staff: this.staff.get(this.open),
    };
  }

  transcript(chat) {
    return this.publics.get(chat) ?? this.follow(chat);
  }

  /** Opens a chat or a wrap-up by its chat id; null closes. */
  openChat(chat) {
    this.open = chat;
    this.unopened.delete(chat);
    if (chat) keep(OPEN_KEY, chat);
    else forget(OPEN_KEY);
    this.changed();
  }

  /** The text and the files of the tray are on their way (or wait for the connection) and no draft any more. */
  send(chat, text) {
    this.transcript(chat);
    this.outboxes.get(chat).send(text, {batch: this.uploads.get(chat).handOver()});
    this.drafts.set(chat, "");
    this.markTyping(chat, false);
    this.changed();
  }

  /** A refused message goes back to where it was written; the draft that stands there stays below it. */
  takeBack(chat, cid) {
    const text = this.outboxes.get(chat)?.takeBack(cid);
    if (text === null || text === undefined) return;
    this.drafts.set(chat, [text, this.drafts.get(chat)].filter(Boolean).join("\n"));
    this.changed();
  }

  /** The agent has this chat's end before his eyes: it is read up to its last line, and the others may know. */
  markSeen(chat) {
    const row = this.chats.find((item) => item.id === chat);
    const head = this.publics.get(chat)?.head ?? 0;
    if (!row || head <= this.readUpTo(row)) return;
    this.read.set(chat, head);
    this.wire.notify("seen", {chat, seq: head});
    this.changed();
  }

  readUpTo(row) {
    return Math.max(row.seen ?? 0, this.read.get(row.id) ?? 0);
  }

  markTyping(chat, on) {
    this.wire.notify("typing", {chat, on});
  }

  /** One command; the answer's frame, or a WireError. The new state comes with the next snapshot. */
  run(type, fields = {}) {
    return this.wire.request(type, fields);
  }

  statusChanged(status) {
    const was = this.status.state;
    this.status = status;
    if (status.state === "offline" && was === "online") {
      this.lostAt = Date.now();
      this.news("lost");
    }
    if (status.state === "online" && this.lostAt) {
      this.lostAt = null;
      this.news("back");
    }
    this.typing.clear();
    this.changed();
  }

  frameCame(frame) {
    if (frame.type === "welcome") this.welcomed(frame);
    else if (frame.type === "desk") this.snapshotCame(frame);
    else if (frame.type === "typing") this.typingCame(frame);
    else if (frame.type === "seen") this.seenCame(frame);
  }

  welcomed(frame) {
    for (const [key, head] of Object.entries(frame.heads ?? {})) {
      const [chat, stream] = key.split("/");
      if (stream === "staff") this.followStaff(chat).noteHead(head);
      else this.transcript(chat).noteHead(head);
    }
  }

  snapshotCame(frame) {
    const before = this.snapshot;
    this.snapshot = frame;
    for (const row of [...frame.chats, ...(frame.watched ?? [])]) {
      this.known.set(row.id, row);
      this.catchUp(this.transcript(row.id), row.head);
      this.catchUp(this.followStaff(row.id), row.staff_head ?? 0);
    }
    for (const item of frame.wrapups) this.catchUp(this.transcript(item.chat), 1);
    this.letGo(frame);
    this.compare(before, frame);
    this.changed();
  }

  /** Asks at once for lines the snapshot knows of and this page doesn't have. */
  catchUp(transcript, head) {
    transcript.noteHead(head);
    if (transcript.missingFrom() !== null) this.follower.follow(transcript, {catchUp: true});
  }

  /** What changed between two snapshots and may concern the agent's eyes and ears. */
  compare(before, after) {
    const hadOffers = new Set(before?.offers.map((offer) => offer.id));
    const fresh = after.offers.filter((offer) => !hadOffers.has(offer.id));
    if (fresh.length) this.news("offers", {offers: fresh});
    if (before && after.agent.state === "rona" && before.agent.state !== "rona") {
      const still = new Set(after.offers.map((offer) => offer.id));
      const missed = before.offers.filter(
        (offer) => !still.has(offer.id) && instant(offer.expires_at) <= clock.now() + 2_000,
      );
      this.lastRona = missed.sort((a, b) => a.expires_at.localeCompare(b.expires_at))[0] ?? null;
      this.news("rona");
    }
    if (after.agent.state !== "rona") this.lastRona = null;
    const hadChats = new Set(before?.chats.map((row) => row.id));
    const begun = before ? after.chats.filter((row) => !hadChats.has(row.id)) : [];
    for (const row of begun) if (row.id !== this.open) this.unopened.add(row.id);
    if (begun.length) this.news("begun", {chats: begun});
    const watched = new Set(before?.watched?.map((row) => row.id));
    const watching = before ? (after.watched ?? []).filter((row) => !watched.has(row.id)) : [];
    if (watching.length) this.news("watching", {chats: watching});
    const alive = this.alive(after);
    if (this.open && !alive.has(this.open)) this.news("closed", {chat: this.open});
    if (!before && !this.open && after.chats.length) this.openChat(after.chats[0].id);
  }

  alive({chats, watched = [], wrapups}) {
    return new Set([...chats, ...watched].map((row) => row.id).concat(wrapups.map((item) => item.chat)));
  }

  /** Chats that are neither talked in, read along nor wrapped up are forgotten, drafts and unsent words too. */
  letGo(frame) {
    const alive = this.alive(frame);
    for (const [chat, transcript] of this.publics) {
      if (alive.has(chat)) continue;
      this.follower.unfollow(transcript);
      this.outboxes.get(chat).close();
      this.uploads.get(chat).close();
      for (const map of [this.publics, this.outboxes, this.uploads, this.known, this.read]) map.delete(chat);
    }
    for (const [chat, transcript] of this.staff) {
      if (alive.has(chat)) continue;
      this.follower.unfollow(transcript);
      this.staff.delete(chat);
    }
    this.drafts.keepOnly(alive);
    Outbox.keepOnly(alive);
  }

  follow(chat) {
    const transcript = new Transcript({chat, stream: "public", me: this.me});
    this.publics.set(chat, transcript);
    transcript.addEventListener("change", (event) => this.linesCame(chat, "public", event.detail.fresh));
    this.follower.follow(transcript);
    const {wire, config} = this;
    const uploads = new Uploads({chat, wire, api: new FileApi({chat}), limits: config.limits});
    this.uploads.set(chat, uploads);
    this.outboxes.set(chat, new Outbox({wire, transcript, uploads}));
    return transcript;
  }

  followStaff(chat) {
    const had = this.staff.get(chat);
    if (had) return had;
    const transcript = new Transcript({chat, stream: "staff", me: this.me});
    this.staff.set(chat, transcript);
    transcript.addEventListener("change", (event) => this.linesCame(chat, "staff", event.detail.fresh));
    this.follower.follow(transcript);
    return transcript;
  }

  linesCame(chat, stream, fresh) {
    const row = this.chats.find((item) => item.id === chat);
    const news = fresh.filter(
      (entry) => !this.isOwn(entry) && (stream === "staff" || entry.seq > (row ? this.readUpTo(row) : 0)),
    );
    for (const entry of news) if (entry.sender?.kind === "customer") this.typing.delete(chat);
    const isText = (entry) => entry.kind !== "amended" || !entry.attachments?.length;
    const masked = fresh.filter(
      (entry) => entry.findings?.length && isText(entry) && (this.isOwn(entry) || chat === this.open),
    );
    if (row && masked.length && stream === "public") this.news("masked", {entries: masked});
    if (row && news.length) this.news(stream === "staff" ? "whispers" : "lines", {chat: row, entries: news});
    this.changed();
  }

  isOwn(entry) {
    return entry.sender?.kind === "agent" && String(entry.sender.id) === this.me.id;
  }

  typingCame({chat, on, sender}) {
    if (this.isOwn({sender})) return;
    if (on)
      this.typing.set(chat, {
        name: sender?.name ?? "",
        kind: sender?.kind ?? "customer",
        until: Date.now() + TYPING_LASTS,
      });
    else this.typing.delete(chat);
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.typingEnds(), TYPING_LASTS + 100);
    this.changed();
  }

  typingEnds() {
    for (const [chat, {until}] of this.typing) if (until <= Date.now()) this.typing.delete(chat);
    this.changed();
  }

  seenCame({chat, seq, sender}) {
    const row = this.chats.find((item) => item.id === chat);
    if (!row || sender?.kind !== "customer") return;
    row.customer_seen = Math.max(row.customer_seen ?? 0, seq);
    this.changed();
  }

  news(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent("news", {detail: {kind, ...detail}}));
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
