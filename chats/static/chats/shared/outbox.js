/**
 * The way out for own messages: kept over a reload, sent one after the other, each under one cid for ever.
 *
 * One message is under way at a time, so that a repeat can't overtake the next one; a message whose files are still
 * being uploaded holds back those after it. Behind one that the server holds the next ones go out: it holds them, too.
 */

import {toKeep} from "./cards.js";
import {forget, forgetBut, keep, kept} from "./storage.js";

const AGAIN = new Set(["rate_limited", "unavailable", "timeout"]);
const PAUSE = {rate_limited: 1_500, unavailable: 2_000, timeout: 0};
const FINAL = new Set(["pci_dropped", "gone", "forbidden", "conflict"]); // the same message will never go
const PREFIX = "cc.outbox.";
const ON_ITS_WAY = new Set(["sending", "waiting", "uploading"]);

/** Carries one chat's messages from `transcript.pending` over the wire. `uploads`: the files of this chat, if any may go. */
export class Outbox {
  #wire;
  #transcript;
  #uploads;
  #underWay = null;
  #pauseTimer = null;
  #batches = new Map();
  #closing = new AbortController();

  /** Takes up what an earlier page of this tab left unsent; it goes out when the wire is ready. */
  constructor({wire, transcript, uploads = null}) {
    this.#wire = wire;
    this.#transcript = transcript;
    this.#uploads = uploads;
    const {signal} = this.#closing;
    wire.addEventListener("ready", () => this.#flush(), {signal});
    wire.addEventListener("status", (event) => this.#statusChanged(event.detail), {signal});
    wire.addEventListener("frame", (event) => this.#frameCame(event.detail), {signal});
    transcript.addEventListener("settled", (event) => this.#settled(event.detail.cid), {signal});
    this.#restore();
    uploads?.addEventListener("change", () => this.#filesMoved(), {signal});
    if (wire.state === "online") this.#flush();
  }

  /** Shows the message at once and sends it as soon as its turn comes and its files are there; returns its cid. */
  send(text, {batch = null} = {}) {
    const cid = this.#transcript.addPending(text, {batch});
    if (batch) this.#batches.set(cid, batch);
    if (batch && !batch.done) this.#transcript.mark(cid, "uploading");
    else if (this.#wire.state !== "online") this.#transcript.mark(cid, "waiting");
    this.#store();
    this.#filesMoved();
    this.#flush();
    return cid;
  }

  /** Sends a refused message again, unchanged. */
  again(cid) {
    this.#transcript.mark(cid, this.#wire.state === "online" ? "sending" : "waiting");
    this.#store();
    this.#flush();
  }

  /** Takes a message back that isn't under way and returns its text, null when it is; its files are in the tray again. */
  takeBack(cid) {
    if (this.#underWay === cid) return null;
    const message = this.#transcript.withdraw(cid);
    const discarded = message?.error?.code === "pci_dropped";
    if (message?.batch) this.#uploads[discarded ? "release" : "takeBack"](message.batch);
    this.#batches.delete(cid);
    this.#store();
    this.#flush();
    return message?.text ?? null;
  }

  /** Nothing unsent is stored of chats that aren't in `alive` any more. */
  static keepOnly(alive) {
    forgetBut(PREFIX, alive);
  }

  /** Stops; what is unsent stays stored for the next page of this tab. */
  close() {
    this.#closing.abort();
    clearTimeout(this.#pauseTimer);
  }

  get #key() {
    return PREFIX + this.#transcript.key;
  }

  #restore() {
    for (const {text, cid, at, files, error} of kept(this.#key) ?? []) {
      const batch = files && this.#uploads ? this.#uploads.restoreBatch(files) : null;
      if (batch) this.#batches.set(cid, batch);
      this.#transcript.addPending(text, {cid, at, batch});
      if (error) this.#transcript.refuse(cid, error);
      else this.#transcript.mark(cid, batch && !batch.done ? "stopped" : "waiting");
    }
  }

  /** What was refused for good isn't written down. */
  #store() {
    const open = this.#transcript.pending.filter((message) => !FINAL.has(message.error?.code));
    if (open.length === 0) forget(this.#key);
    else keep(this.#key, open.map((message) => this.#written(message)));
  }

  /** Only this page knows a card's digits: after a reload nobody could tell its date and code from other numbers. */
  #written({cid, text, at, batch, error}) {
    return {cid, text: toKeep(text), at, error, files: batch ? this.#uploads.keptBatch(batch) : undefined};
  }

  #statusChanged({state}) {
    if (state === "online") return;
    for (const {cid, state: was} of this.#transcript.pending) {
      if (was === "sending") this.#transcript.mark(cid, "waiting");
    }
  }

  #frameCame(frame) {
    if (frame.type !== "dropped" || frame.chat !== this.#transcript.chat) return;
    const {cid, findings = [], attachments = []} = frame;
    this.#transcript.refuse(cid, {code: "pci_dropped", message: "", findings, attachments});
    this.#discarded(cid);
  }

  #settled(cid) {
    const batch = this.#batches.get(cid);
    if (batch) this.#uploads.release(batch);
    this.#batches.delete(cid);
    this.#store();
  }

  /** Its files are gone at the server, too. */
  #discarded(cid) {
    const batch = this.#batches.get(cid);
    if (batch) this.#uploads.release(batch);
    this.#store();
  }

  /** A message goes once all its files are there; it waits while one goes on, and stands still when none does. */
  #filesMoved() {
    const waiting = this.#transcript.pending.filter(({state}) => state === "uploading" || state === "stopped");
    for (const {cid, text, batch, state} of waiting) {
      const next = this.#afterFiles(batch);
      if (!batch.items.length && !text) this.takeBack(cid);
      else if (next !== state) this.#transcript.mark(cid, next);
    }
    if (waiting.length) this.#store();
    this.#flush();
  }

  #afterFiles(batch) {
    if (batch.done) return this.#wire.state === "online" ? "sending" : "waiting";
    return batch.going ? "uploading" : "stopped";
  }

  /** Sends what waits, in order, until nothing is left or the wire is gone. */
  async #flush() {
    if (this.#underWay || this.#closing.signal.aborted) return;
    clearTimeout(this.#pauseTimer);
    for (let message = this.#next(); message; message = this.#next()) {
      this.#underWay = message.cid;
      const pause = await this.#deliver(message);
      this.#underWay = null;
      if (this.#closing.signal.aborted) return;
      if (pause === null) continue;
      if (pause === Infinity) return;
      this.#pauseTimer = setTimeout(() => this.#flush(), pause);
      return;
    }
  }

  #next() {
    if (this.#wire.state !== "online") return null;
    const first = this.#transcript.pending.find(({state}) => ON_ITS_WAY.has(state));
    return first && first.state !== "uploading" ? first : null;
  }

  /** One attempt. Null: dealt with, go on; a number: try again after so many ms; Infinity: when the wire is back. */
  async #deliver({cid, text, batch}) {
    const {chat} = this.#transcript;
    const fields = batch?.items.length ? {chat, cid, text, attachments: batch.ids} : {chat, cid, text};
    try {
      const ok = await this.#wire.request("message.send", fields);
      this.#transcript.settle(cid, ok);
    } catch (error) {
      if (error.code === "offline") {
        this.#transcript.mark(cid, "waiting");
        return Infinity;
      }
      if (AGAIN.has(error.code)) {
        this.#transcript.mark(cid, "waiting");
        return PAUSE[error.code];
      }
      const {findings = [], attachments = []} = error.frame ?? {};
      this.#transcript.refuse(cid, {code: error.code, message: error.message, findings, attachments});
      if (error.code === "pci_dropped") this.#discarded(cid);
      if (error.code === "not_found" && batch) this.#uploads.expire(batch);
    }
    this.#store();
    return null;
  }
}
