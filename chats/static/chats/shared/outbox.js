/**
 * The way out for own messages: kept over a reload, sent one after the other, each under one cid for ever.
 *
 * One message is under way at a time, so that a repeat can't overtake the next one.
 */

import {forget, keep, kept} from "./storage.js";

const AGAIN = new Set(["rate_limited", "unavailable", "timeout"]);
const PAUSE = {rate_limited: 1_500, unavailable: 2_000, timeout: 0};

/** Carries one chat's messages from `transcript.pending` over the wire. */
export class Outbox {
  #wire;
  #transcript;
  #underWay = null;
  #pauseTimer = null;
  #closing = new AbortController();

  /** Takes up what an earlier page of this tab left unsent; it goes out when the wire is ready. */
  constructor({wire, transcript}) {
    this.#wire = wire;
    this.#transcript = transcript;
    const {signal} = this.#closing;
    wire.addEventListener("ready", () => this.#flush(), {signal});
    wire.addEventListener("status", (event) => this.#statusChanged(event.detail), {signal});
    wire.addEventListener("frame", (event) => this.#frameCame(event.detail), {signal});
    transcript.addEventListener("settled", () => this.#store(), {signal});
    this.#restore();
    if (wire.state === "online") this.#flush();
  }

  /** Shows the message at once and sends it as soon as its turn comes; returns its cid. */
  send(text, {attachments = []} = {}) {
    const cid = this.#transcript.addPending(text, {attachments});
    if (this.#wire.state !== "online") this.#transcript.mark(cid, "waiting");
    this.#store();
    this.#flush();
    return cid;
  }

  /** Sends a refused message again, unchanged. */
  again(cid) {
    this.#transcript.mark(cid, this.#wire.state === "online" ? "sending" : "waiting");
    this.#store();
    this.#flush();
  }

  /** Takes a refused message back and returns its text for editing, null when it is gone or still under way. */
  takeBack(cid) {
    if (this.#underWay === cid) return null;
    const message = this.#transcript.withdraw(cid);
    this.#store();
    return message?.text ?? null;
  }

  /** Stops; what is unsent stays stored for the next page of this tab. */
  close() {
    this.#closing.abort();
    clearTimeout(this.#pauseTimer);
  }

  get #key() {
    return `cc.outbox.${this.#transcript.key}`;
  }

  #restore() {
    for (const {text, cid, at, attachments, error} of kept(this.#key) ?? []) {
      this.#transcript.addPending(text, {cid, at, attachments});
      if (error) this.#transcript.refuse(cid, error);
      else this.#transcript.mark(cid, "waiting");
    }
  }

  /** A text refused for its card number isn't written down. */
  #store() {
    const open = this.#transcript.pending.filter((message) => message.error?.code !== "pci_dropped");
    if (open.length === 0) forget(this.#key);
    else keep(this.#key, open.map(({cid, text, at, attachments, error}) => ({cid, text, at, attachments, error})));
  }

  #statusChanged({state}) {
    if (state === "online") return;
    for (const {cid, state: was} of this.#transcript.pending) {
      if (was === "sending") this.#transcript.mark(cid, "waiting");
    }
  }

  #frameCame(frame) {
    if (frame.type !== "dropped" || frame.chat !== this.#transcript.chat) return;
    this.#transcript.refuse(frame.cid, {code: "pci_dropped", message: frame.message ?? ""});
    this.#store();
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
    return this.#transcript.pending.find(({state}) => state === "sending" || state === "waiting") ?? null;
  }

  /** One attempt. Null: dealt with, go on; a number: try again after so many ms; Infinity: when the wire is back. */
  async #deliver({cid, text, attachments}) {
    const {chat} = this.#transcript;
    const fields = attachments.length ? {chat, cid, text, attachments} : {chat, cid, text};
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
      this.#transcript.refuse(cid, error);
    }
    this.#store();
    return null;
  }
}
