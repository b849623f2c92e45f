/**
 * Files of one chat on their way to the server: those in the tray of the composer, and those of messages that wait for
 * them. Parts go one after the other, two files at a time; a broken part is sent again, a lost connection waited for.
 */

import {withoutCards} from "./cards.js";
import {forget, keep, kept} from "./storage.js";

const LINES = 2;
const PAUSES = [1_000, 2_000, 4_000, 8_000]; // ms before a broken part goes again; after the last it stops

/**
 * One file; no card number is left in its `name`. `state`: "waiting" (for a line or the connection), "uploading", "uploaded", "stopped" (broke off, can go on),
 * "refused" (the server doesn't want it, `error` says why), "lost" (the page was reloaded before it was uploaded) or
 * "gone" (the server has thrown it away).
 */
class Upload {
  constructor({key, name, size, type = "", state, source = null, remote = null}) {
    Object.assign(this, {key, name, size, type, state, source, remote});
    Object.assign(this, {next: 1, underWay: 0, tries: 0, error: null, again: 0, stopping: null});
  }

  /** How much of it is at the server, from 0 to 1. */
  get progress() {
    if (this.state === "uploaded") return 1;
    const whole = (this.next - 1) * (this.remote?.part_size ?? 0);
    return Math.min(1, (whole + this.underWay) / this.size);
  }

  /** It is on its way, or will be by itself. */
  get going() {
    return this.state === "waiting" || this.state === "uploading";
  }

  /** The file as a line of the transcript shows it before its entry came. */
  get card() {
    const {name, size, type} = this;
    return {id: this.remote?.id ?? this.key, name, size, type, status: "scanning", reason: null};
  }
}

/** The files that go with one message. */
export class Batch {
  constructor(items, uploads) {
    this.items = items;
    this.uploads = uploads;
  }

  /** All are at the server: the message may go. */
  get done() {
    return this.items.every((item) => item.state === "uploaded");
  }

  /** At least one is still on its way. */
  get going() {
    return this.items.some((item) => item.going);
  }

  get ids() {
    return this.items.map((item) => item.remote.id);
  }

  get cards() {
    return this.items.map((item) => item.card);
  }
}

/** "change" after everything that alters what there is and how it stands; "progress" while bytes go. */
export class Uploads extends EventTarget {
  #api;
  #wire;
  #limits;
  #chat;
  #pause;
  #lastKey = 0;
  #batches = new Set();
  #closing = new AbortController();

  /** The files in the tray of the composer, in the order added. */
  tray = [];
  /** {code, names} of what was not even added: "many", "big", "empty"; null when all were. */
  left = null;

  /** `limits` {files, bytes} of one message; `wire` tells when there is a connection; `pause(try)` in ms. */
  constructor({chat, api, wire, limits, pause = (tries) => PAUSES[tries - 1] * (0.75 + Math.random() / 2)}) {
    super();
    this.#chat = chat;
    this.#api = api;
    this.#wire = wire;
    this.#limits = limits;
    this.#pause = pause;
    const {signal} = this.#closing;
    wire.addEventListener("ready", () => this.#connected(), {signal});
    wire.addEventListener("status", () => this.#changed(), {signal});
    this.tray = this.#restored(kept(this.#storeKey) ?? []);
  }

  /** Everything under way: the tray's files and those of messages that wait. */
  get all() {
    return [...[...this.#batches].flatMap(({items}) => items), ...this.tray];
  }

  get online() {
    return this.#wire.state === "online";
  }

  /** True when a message may take something along. */
  get filled() {
    return this.tray.some((item) => takes(item));
  }

  /** The files join the tray and go at once; what is too much stays out, `left` says which and why. */
  add(files) {
    this.left = null;
    for (const file of files) {
      const why = this.#tooMuch(file);
      if (why) {
        this.left = {code: why, names: [...(this.left?.code === why ? this.left.names : []), withoutCards(file.name)]};
        continue;
      }
      const {size, type} = file;
      const name = withoutCards(file.name);
      this.tray = [...this.tray, new Upload({key: this.#newKey(), name, size, type, state: "waiting", source: file})];
    }
    this.#go();
  }

  /** What stayed out has been read. */
  forgive() {
    this.left = null;
    this.#changed();
  }

  /** The file is taken out, at the server too; no effect once its message was sent. */
  remove(key) {
    const item = this.all.find((each) => each.key === key);
    if (!item) return;
    this.#drop(item);
    this.tray = this.tray.filter((each) => each !== item);
    for (const batch of this.#batches) batch.items = batch.items.filter((each) => each !== item);
    this.left = null;
    this.#go();
  }

  /** A file that broke off goes on where it stopped. */
  retry(key) {
    const item = this.all.find((each) => each.key === key);
    if (item?.state !== "stopped") return;
    Object.assign(item, {state: "waiting", tries: 0, error: null});
    this.#go();
  }

  /** The tray's files go with a message from now on; null when there is none. What can't go stays in the tray. */
  handOver() {
    const items = this.tray.filter((item) => takes(item));
    if (!items.length) return null;
    const batch = new Batch(items, this);
    this.#batches.add(batch);
    this.tray = this.tray.filter((item) => !items.includes(item));
    this.left = null;
    this.#changed();
    return batch;
  }

  /** The message won't go: its files are back in the tray. */
  takeBack(batch) {
    if (!this.#batches.delete(batch)) return;
    this.tray = [...batch.items, ...this.tray];
    this.#changed();
  }

  /** The message was sent or discarded: its files count no more. */
  release(batch) {
    if (this.#batches.delete(batch)) this.#changed();
  }

  /** The server no longer has the files: they lay there too long. */
  expire(batch) {
    for (const item of batch.items) Object.assign(item, {state: "gone", remote: null});
    this.#changed();
  }

  /** What `restoreBatch` needs to know after a reload. */
  keptBatch(batch) {
    return batch.items.map(written);
  }

  /** The files of a message that an earlier page of this tab left unsent; unfinished ones are "lost". */
  restoreBatch(rows) {
    const batch = new Batch(this.#restored(rows), this);
    this.#batches.add(batch);
    return batch;
  }

  /** Nothing goes on; what was uploaded and not sent is swept away by the server. */
  close() {
    this.#closing.abort();
    for (const item of this.all) this.#halt(item);
    forget(this.#storeKey);
  }

  get #storeKey() {
    return `cc.files.${this.#chat}`;
  }

  #newKey() {
    this.#lastKey += 1;
    return `f${this.#lastKey}`;
  }

  #tooMuch({size}) {
    const counted = this.all.filter((item) => takes(item));
    if (size === 0) return "empty";
    if (counted.length >= this.#limits.files) return "many";
    if (counted.reduce((sum, item) => sum + item.size, size) > this.#limits.bytes) return "big";
    return "";
  }

  #restored(rows) {
    return rows.map(({id, name, size, type, done}) => {
      if (id && !done) this.#api.cancel(id);
      const state = done ? "uploaded" : "lost";
      return new Upload({key: this.#newKey(), name, size, type, state, remote: done ? {id} : null});
    });
  }

  /** The connection is back: what broke off for want of one goes on. */
  #connected() {
    for (const item of this.all) {
      if (item.state === "stopped" && item.error?.status === 0) Object.assign(item, {state: "waiting", tries: 0});
      item.again = 0;
    }
    this.#go();
  }

  #go() {
    this.#changed();
    if (!this.online || this.#closing.signal.aborted) return;
    const free = LINES - this.all.filter((item) => item.state === "uploading").length;
    const ready = this.all.filter((item) => item.state === "waiting" && !item.again);
    for (const item of ready.slice(0, Math.max(0, free))) this.#carry(item);
  }

  async #carry(item) {
    item.state = "uploading";
    item.stopping = new AbortController();
    const {signal} = item.stopping;
    try {
      await this.#parts(item, signal);
    } catch (error) {
      if (error.name !== "HttpError" && !signal.aborted) throw error;
      if (!signal.aborted) this.#broke(item, error);
    }
    this.#go();
  }

  async #parts(item, signal) {
    if (!item.remote) {
      item.remote = await this.#api.announce(item.source);
      if (signal.aborted) this.#api.cancel(item.remote.id);
      this.#changed();
    }
    const {id, parts, part_size: size} = item.remote;
    while (item.next <= parts) {
      const part = item.source.slice((item.next - 1) * size, item.next * size);
      const progress = (bytes) => {
        item.underWay = Math.min(bytes, part.size);
        this.dispatchEvent(new Event("progress"));
      };
      const answer = await this.#api.put(id, item.next, part, {progress, signal});
      Object.assign(item, {next: item.next + 1, underWay: 0, tries: 0});
      if (answer?.name) Object.assign(item, {name: answer.name, type: answer.type});
      this.#changed();
    }
    item.state = "uploaded";
    item.source = null;
  }

  #broke(item, error) {
    Object.assign(item, {error, underWay: 0, tries: item.tries + 1});
    if (error.status === 404) Object.assign(item, {remote: null, next: 1});
    if (!error.passing && error.status !== 404) {
      item.state = "refused";
    } else if (!this.online) {
      Object.assign(item, {state: "waiting", tries: 0});
    } else if (item.tries > PAUSES.length) {
      item.state = "stopped";
    } else {
      item.state = "waiting";
      item.again = setTimeout(() => {
        item.again = 0;
        this.#go();
      }, Math.max(error.wait, this.#pause(item.tries)));
    }
  }

  #drop(item) {
    this.#halt(item);
    if (item.remote) this.#api.cancel(item.remote.id);
  }

  #halt(item) {
    clearTimeout(item.again);
    item.stopping?.abort();
  }

  #changed() {
    if (this.tray.length) keep(this.#storeKey, this.tray.map(written));
    else forget(this.#storeKey);
    this.dispatchEvent(new Event("change"));
  }
}

function takes(item) {
  return item.going || item.state === "uploaded" || item.state === "stopped";
}

/** A file as it is kept over a reload: without its bytes. */
function written({remote, name, size, type, state}) {
  return {id: remote?.id ?? null, name, size, type, done: state === "uploaded"};
}
