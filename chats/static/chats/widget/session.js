/**
 * The customer's chat: what is known about it, and what he may do. Nothing here draws.
 */

import {FileApi} from "../shared/file-api.js";
import {Follower} from "../shared/follower.js";
import {Outbox} from "../shared/outbox.js";
import {forget, keep, kept} from "../shared/storage.js";
import {Transcript} from "../shared/transcript.js";
import {Uploads} from "../shared/uploads.js";
import {Wire} from "../shared/wire.js";
import {leaveMessage, startChat} from "./start.js";

const TYPING_SHOWN = 6_000;
const TYPING_EVERY = 3_000;
const LOST_SHOWN_AFTER = 700;

/**
 * "change" after everything that may alter the screen; "heard" (detail {entries}) when lines of others came that
 * weren't on this screen before.
 */
export class CustomerSession extends EventTarget {
  #slug;
  #limits;
  #closing = new AbortController();
  #outbox = null;
  #typingTold = 0;
  #lostTimer = null;

  /** {id, token, socket} of the running or ended chat, null before the start. */
  ticket = null;
  wire = null;
  transcript = null;
  /** The files of this chat: how they are fetched, and those on their way. */
  api = null;
  uploads = null;
  /** The last snapshot. */
  chat = null;
  /** Close code after which the wire stays away, null while it may come back. */
  closedWith = null;
  /** Connection trouble worth telling. */
  lost = false;
  /** The highest seq that anybody else has seen. */
  seenByOthers = 0;
  /** The highest seq that stood on the customer's open screen. */
  seen = 0;
  /** Who writes right now: id → name. */
  typing = new Map();

  /** `limits` {files, bytes} of one message. */
  constructor({slug, limits}) {
    super();
    this.#slug = slug;
    this.#limits = limits;
  }

  /** Takes up the chat that this tab had before a reload; false when there was none. */
  resume() {
    const ticket = kept(this.#ticketKey);
    if (!ticket) return false;
    this.#open(ticket);
    return true;
  }

  /** Starts a chat; rejects with StartRefused and leaves everything as it was. */
  async start(wishes) {
    const {chat, token, socket} = await startChat(this.#slug, wishes);
    const ticket = {id: chat, token, socket};
    keep(this.#ticketKey, ticket);
    this.#open(ticket);
  }

  /** Leaves a message; rejects with StartRefused. This browser keeps the way back to it, for the answer comes later. */
  async leaveMessage(wishes) {
    const {chat, token, socket} = await leaveMessage(this.#slug, wishes);
    const ticket = {id: chat, token, socket};
    keep(this.#ticketKey, ticket, {lasting: true});
    this.#open(ticket);
  }

  /** Forgets the chat: the next one may start. Unsent words of the old one are gone with it. */
  close() {
    this.#closing.abort();
    this.#closing = new AbortController();
    this.#outbox?.close();
    this.uploads?.close();
    this.wire?.stop();
    clearTimeout(this.#lostTimer);
    forget(this.#ticketKey);
    if (this.ticket) {
      forget(this.#seenKey);
      forget(`cc.draft.${this.ticket.id}`);
      forget(`cc.outbox.${this.ticket.id}`);
    }
    Object.assign(this, {ticket: null, wire: null, transcript: null, api: null, uploads: null});
    Object.assign(this, {chat: null, closedWith: null, lost: false});
    Object.assign(this, {seen: 0, seenByOthers: 0, typing: new Map()});
    this.#changed();
  }

  /** True once nobody can write any more. */
  get over() {
    return this.chat?.state === "ended" || this.closedWith !== null || this.#endedInTranscript();
  }

  /** Lines of others that the customer hasn't had on his screen. */
  get unread() {
    const entries = this.transcript?.entries ?? [];
    return entries.filter((entry) => entry.seq > this.seen && isSpeech(entry)).length;
  }

  /** The text goes, with the files of the composer where it has any. */
  send(text, {withFiles = false} = {}) {
    this.#typingTold = 0;
    this.#outbox.send(text, {batch: withFiles ? this.uploads.handOver() : null});
  }

  /** Sends a refused message once more as it is. */
  again(cid) {
    this.#outbox.again(cid);
  }

  /** Takes a refused message back; its text, or null. */
  takeBack(cid) {
    return this.#outbox.takeBack(cid);
  }

  /** Tells the others that the customer writes, at most every three seconds, or that he stopped. */
  tellTyping(on) {
    const now = performance.now();
    if (on && now - this.#typingTold < TYPING_EVERY) return;
    if (!on && this.#typingTold === 0) return;
    this.#typingTold = on ? now : 0;
    this.wire?.notify("typing", {chat: this.ticket.id, on});
  }

  /** Everything up to the newest line stands on the open screen. */
  markSeen() {
    const newest = this.transcript?.entries.at(-1)?.seq ?? 0;
    if (newest <= this.seen) return;
    this.seen = newest;
    keep(this.#seenKey, newest);
    this.wire.notify("seen", {chat: this.ticket.id, seq: newest});
    this.#changed();
  }

  /** Rejects with WireError. */
  leave() {
    return this.wire.request("chat.leave", {chat: this.ticket.id});
  }

  /** Score 1–5 and a comment, which may be empty; rejects with WireError. */
  async rate(score, comment) {
    const wishes = {chat: this.ticket.id, score};
    await this.wire.request("chat.rate", comment ? {...wishes, comment} : wishes);
    this.chat = {...this.chat, rated: true};
    this.#changed();
  }

  get #ticketKey() {
    return `cc.chat.${this.#slug}`;
  }

  get #seenKey() {
    return `cc.seen.${this.ticket.id}`;
  }

  #open(ticket) {
    const {signal} = this.#closing;
    this.ticket = ticket;
    this.seen = kept(this.#seenKey) ?? 0;
    this.transcript = new Transcript({chat: ticket.id, me: {kind: "customer"}});
    this.wire = new Wire({
      path: ticket.socket,
      hello: () => ({token: ticket.token, after: this.transcript.head}),
    });
    new Follower(this.wire).follow(this.transcript);
    this.wire.addEventListener("frame", (event) => this.#frameCame(event.detail), {signal});
    this.wire.addEventListener("status", (event) => this.#statusChanged(event.detail), {signal});
    this.transcript.addEventListener("change", (event) => this.#linesCame(event.detail.fresh), {signal});
    this.api = new FileApi({chat: ticket.id, token: ticket.token});
    this.uploads = new Uploads({chat: ticket.id, api: this.api, wire: this.wire, limits: this.#limits});
    this.#outbox = new Outbox({wire: this.wire, transcript: this.transcript, uploads: this.uploads});
    this.wire.start();
    this.#changed();
  }

  #frameCame(frame) {
    if (frame.type === "chat") {
      this.chat = {...frame.chat, rated: frame.chat.rated || Boolean(this.chat?.rated)};
      this.seenByOthers = Math.max(this.seenByOthers, frame.chat.agents_seen ?? 0);
      this.#changed();
    } else if (frame.type === "typing") {
      this.#otherTypes(frame);
    } else if (frame.type === "seen" && frame.sender?.kind !== "customer") {
      this.seenByOthers = Math.max(this.seenByOthers, frame.seq);
      this.#changed();
    }
  }

  #otherTypes({sender, on}) {
    if (!sender || sender.kind === "customer") return;
    clearTimeout(this.typing.get(sender.id)?.timer);
    const typing = new Map(this.typing);
    typing.delete(sender.id);
    if (on) {
      const timer = setTimeout(() => this.#otherTypes({sender, on: false}), TYPING_SHOWN);
      typing.set(sender.id, {name: sender.name, timer});
    }
    this.typing = typing;
    this.#changed();
  }

  #statusChanged({state, code, error}) {
    clearTimeout(this.#lostTimer);
    if (state === "online") this.lost = false;
    if (state === "offline") {
      this.#lostTimer = setTimeout(() => {
        this.lost = true;
        this.#changed();
      }, LOST_SHOWN_AFTER);
    }
    if (state === "closed" && code !== 1000) {
      this.closedWith = code;
      this.lost = false;
      if (error || code === 4401) forget(this.#ticketKey);
    }
    this.#changed();
  }

  #linesCame(fresh) {
    for (const {sender} of fresh) {
      if (this.typing.has(sender?.id)) this.#otherTypes({sender, on: false});
    }
    const others = fresh.filter((entry) => entry.seq > this.seen && entry.sender?.kind !== "customer");
    if (others.length) this.dispatchEvent(new CustomEvent("heard", {detail: {entries: others}}));
    this.#changed();
  }

  #endedInTranscript() {
    return this.transcript?.entries.some((entry) => entry.kind === "ended") ?? false;
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}

/** True for words of an agent or the bot. */
export function isSpeech(entry) {
  return entry.kind === "message" && entry.sender?.kind !== "customer";
}
