/**
 * One chat's lines of one stream, in the order of the server, and the own messages that aren't among them yet.
 */

import {newCid} from "./cid.js";

/**
 * "change" (detail {fresh}: the entries that weren't there before, by seq) comes after each change;
 * "settled" (detail {cid}) when one of the pending messages turned out to be in the transcript.
 */
export class Transcript extends EventTarget {
  #me;
  #bySeq = new Map();
  #amendments = new Map();
  #pending = [];
  #sorted = null;
  #head = 0;
  #known = 0;

  /** `me` {kind, id} tells whose cids are the own ones; without it every cid counts. */
  constructor({chat, stream = "public", me = null}) {
    super();
    this.chat = chat;
    this.stream = stream;
    this.#me = me;
  }

  /** The key of this stream in cursors and heads. */
  get key() {
    return this.stream === "staff" ? `${this.chat}/staff` : this.chat;
  }

  /** Everything known, by seq; changed lines in their newest state with `amended: true`; new objects when changed. */
  get entries() {
    this.#sorted ??= [...this.#bySeq.values()].sort((a, b) => a.seq - b.seq).map((entry) => this.#asShown(entry));
    return this.#sorted;
  }

  /** The highest seq up to which no line is missing. */
  get head() {
    return this.#head;
  }

  /** Own messages not in the transcript: [{cid, text, at, batch, state, error}] in the order written; batch: its files. */
  get pending() {
    return this.#pending;
  }

  /** Takes entries in any order, doubles included; doubles alone change nothing. */
  apply(entries) {
    const fresh = [];
    const settled = [];
    let altered = false;
    for (const entry of entries) {
      const had = this.#bySeq.get(entry.seq);
      if (had && !had.provisional) continue;
      this.#bySeq.set(entry.seq, entry);
      altered = true;
      if (entry.kind === "amended") this.#noteAmendment(entry);
      if (this.#isOwn(entry) && this.#unpend(entry.cid)) settled.push(entry.cid);
      if (!had) fresh.push(entry.seq);
    }
    if (!altered) return;
    this.#moveHead();
    this.#changed(fresh);
    for (const cid of settled) this.#tellSettled(cid);
  }

  /** The server has lines up to this seq. */
  noteHead(seq) {
    this.#known = Math.max(this.#known, seq);
  }

  /** The seq after which lines are missing (the `after` of a sync), null when nothing is. */
  missingFrom() {
    return this.#known > this.#head ? this.#head : null;
  }

  /** Forgets every line but keeps what is pending: the server's own memory was set back. */
  reset() {
    this.#bySeq.clear();
    this.#amendments.clear();
    this.#head = 0;
    this.#known = 0;
    this.#changed([]);
  }

  /** Shows a message that the server hasn't confirmed; returns its cid. A known cid isn't added again. */
  addPending(text, {cid = newCid(), at = new Date().toISOString(), batch = null} = {}) {
    if (this.#pending.some((message) => message.cid === cid)) return cid;
    this.#pending = [...this.#pending, {cid, text, at, batch, state: "sending", error: null}];
    this.#changed([]);
    return cid;
  }

  /**
   * Marks a pending message "sending" (on its way), "waiting" (not sent yet), "uploading" (its files are on their way),
   * "stopped" (one of them can't go on) or "held" (its files are being checked, or those of one
   * before it: the server has it and keeps the order).
   */
  mark(cid, state) {
    this.#alter(cid, {state, error: null});
  }

  /** The server said ok: the message stands at its place with the text as stored, until its entry comes. */
  settle(cid, ok) {
    if (ok.held && !ok.seq) {
      this.mark(cid, "held");
      return;
    }
    const attachments = this.#pending.find((message) => message.cid === cid)?.batch?.cards ?? [];
    const known = this.#unpend(cid);
    const fresh = [];
    if (!this.#bySeq.has(ok.seq)) {
      this.#bySeq.set(ok.seq, this.#provisional(cid, ok, attachments));
      fresh.push(ok.seq);
    }
    this.noteHead(ok.seq);
    this.#changed(fresh);
    if (known) this.#tellSettled(cid);
  }

  /** The server said no: the message stays, with its reason, what was found, and which files are gone and why. */
  refuse(cid, {code, message, findings = [], attachments = []}) {
    this.#alter(cid, {state: "refused", error: {code, message, findings, attachments}});
  }

  /** Takes a pending message off the screen and returns it, or null: it will be edited or was given up. */
  withdraw(cid) {
    const message = this.#pending.find((candidate) => candidate.cid === cid) ?? null;
    if (this.#unpend(cid)) this.#changed([]);
    return message;
  }

  #provisional(cid, ok, attachments) {
    const sender = {kind: this.#me?.kind ?? null, id: this.#me?.id ?? null, name: ""};
    const {seq, at, text, findings = []} = ok;
    return {seq, kind: "message", at, sender, cid, text, attachments, findings, data: {}, provisional: true};
  }

  #noteAmendment(entry) {
    const of = entry.data.of;
    const had = this.#amendments.get(of);
    if (!had || had.seq < entry.seq) this.#amendments.set(of, entry);
  }

  #asShown(entry) {
    const change = this.#amendments.get(entry.seq);
    if (!change) return entry;
    const {text, attachments, findings} = change;
    return {
      ...entry,
      text: text ?? entry.text,
      attachments: attachments ?? entry.attachments,
      findings: findings?.length ? findings : entry.findings,
      amended: true,
    };
  }

  #isOwn(entry) {
    if (!entry.cid) return false;
    if (!this.#me) return true;
    if (entry.sender?.kind !== this.#me.kind) return false;
    return this.#me.id == null || entry.sender.id === this.#me.id;
  }

  #unpend(cid) {
    const left = this.#pending.filter((message) => message.cid !== cid);
    const found = left.length < this.#pending.length;
    this.#pending = left;
    return found;
  }

  #alter(cid, changes) {
    this.#pending = this.#pending.map((message) => (message.cid === cid ? {...message, ...changes} : message));
    this.#changed([]);
  }

  /** A line built from an ok doesn't move the head: its entry, with names and files, is still wanted. */
  #moveHead() {
    for (;;) {
      const next = this.#bySeq.get(this.#head + 1);
      if (!next || next.provisional) break;
      this.#head += 1;
    }
    for (const seq of this.#bySeq.keys()) this.#known = Math.max(this.#known, seq);
  }

  #changed(freshSeqs) {
    this.#sorted = null;
    const wanted = new Set(freshSeqs);
    const fresh = wanted.size ? this.entries.filter((entry) => wanted.has(entry.seq)) : [];
    this.dispatchEvent(new CustomEvent("change", {detail: {fresh}}));
  }

  #tellSettled(cid) {
    this.dispatchEvent(new CustomEvent("settled", {detail: {cid}}));
  }
}
