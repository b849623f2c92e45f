/**
 * The wire: one socket to the server that comes back by itself.
 *
 * Nothing here knows what a frame means beyond hello, welcome, answers, heartbeat and the order of snapshots.
 * All times are milliseconds.
 */

import {ServerClock} from "./clock.js";

const TIMING = {
  ping: 20_000, // between two heartbeats
  answer: 10_000, // how long a request waits for its answer
  connect: 15_000, // from dialling to welcome
  probe: 5_000, // for a sign of life after the page woke up
  retryLow: 1_000,
  retryHigh: 30_000,
  stable: 10_000, // online for this long: the next loss starts again with a short pause
};
const FINAL_CODES = new Set([4401, 4403, 4409, 4410, 4411]);
const SNAPSHOTS = new Set(["desk", "chat"]);

/** What went wrong with a request: `code` as in the protocol, or "timeout" or "offline"; `frame` the answer, if any. */
export class WireError extends Error {
  constructor(code, message = "", frame = null) {
    super(message || code);
    this.name = "WireError";
    this.code = code;
    this.frame = frame;
  }
}

/**
 * Events:
 * - "status", detail {state, code, retryAt, error}. state is "connecting" (first time), "online", "offline" (lost,
 *   comes back by itself; retryAt is epoch ms on the local clock, null while an attempt runs) or "closed" (stays away;
 *   code is the close code, error the {code, message} with which the server refused hello, or null).
 * - "frame", detail the frame: welcome, pong and everything that is no answer to a request. A desk snapshot older than
 *   one already seen in the same epoch is left out.
 * - "ready", once per connection, after its first snapshot: what was missed has been delivered by then.
 */
export class Wire extends EventTarget {
  #path;
  #hello;
  #timing;
  #clock = new ServerClock();
  #socket = null;
  #state = "closed";
  #waiting = new Map();
  #lastId = 0;
  #helloId = null;
  #helloSentAt = 0;
  #helloError = null;
  #attempt = 0;
  #rev = -1;
  #ready = false;
  #pingAt = null;
  #pingsOut = 0;
  #lastPing = 0;
  #timers = new Map();
  #unlisten = null;

  /** Epoch of the server's memory, from the last welcome. */
  epoch = null;

  /** `hello()` gives the fields of the hello frame and is asked at each connect. `timing` overrides single values. */
  constructor({path, hello, timing = {}}) {
    super();
    this.#path = path;
    this.#hello = hello;
    this.#timing = {...TIMING, ...timing};
  }

  /** The state last told in a "status" event. */
  get state() {
    return this.#state;
  }

  /** Milliseconds since the epoch on the server's clock. */
  now() {
    return this.#clock.now();
  }

  /** Connects, also again after "closed". A running wire stays as it is. */
  start() {
    if (this.#state !== "closed") return;
    this.#listen();
    this.#attempt = 0;
    this.#tell("connecting");
    this.#connect();
  }

  /** Closes for good; requests under way fail with "offline". */
  stop() {
    if (this.#state === "closed") return;
    this.#socket?.close(1000);
    this.#finish(1000);
  }

  /** Ends the pause between two attempts. No effect while connected, connecting or closed. */
  retryNow() {
    if (this.#state !== "offline" || this.#socket) return;
    this.#tell("offline");
    this.#connect();
  }

  /** Sends a command; resolves with its ok frame, rejects with WireError. Never sends twice. */
  request(type, fields = {}) {
    if (this.#state !== "online") return Promise.reject(new WireError("offline"));
    const id = this.#nextId();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new WireError("timeout"));
      }, this.#timing.answer);
      this.#waiting.set(id, {resolve, reject, timer});
      this.#send({...fields, type, id});
    });
  }

  /** Sends without awaiting an answer; false when not connected, then it is forgotten. */
  notify(type, fields = {}) {
    if (this.#state !== "online") return false;
    this.#send({...fields, type});
    return true;
  }

  #nextId() {
    this.#lastId += 1;
    return `c${this.#lastId}`;
  }

  #send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  #connect() {
    this.#stopTimer("retry");
    const socket = new WebSocket(socketAddress(this.#path));
    this.#socket = socket;
    this.#helloError = null;
    this.#ready = false;
    this.#timer("connect", this.#timing.connect, () => this.#lost(1006));
    socket.addEventListener("open", () => {
      if (this.#socket === socket) this.#sayHello();
    });
    socket.addEventListener("message", (event) => {
      if (this.#socket === socket) this.#receive(event.data);
    });
    socket.addEventListener("close", (event) => {
      if (this.#socket === socket) this.#lost(event.code);
    });
  }

  #sayHello() {
    this.#helloId = this.#nextId();
    this.#helloSentAt = performance.now();
    this.#send({...this.#hello(), type: "hello", id: this.#helloId});
  }

  #receive(data) {
    this.#pingAt = null;
    this.#stopTimer("probe");
    const frame = parseFrame(data);
    if (!frame) return;
    if (frame.type === "ok" || (frame.type === "error" && frame.id != null)) {
      this.#answered(frame);
      return;
    }
    if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "pong") this.#ponged(frame);
    else if (frame.type === "desk" && !this.#isNews(frame)) return;
    this.dispatchEvent(new CustomEvent("frame", {detail: frame}));
    if (SNAPSHOTS.has(frame.type) && !this.#ready && this.#state === "online") {
      this.#ready = true;
      this.dispatchEvent(new CustomEvent("ready"));
    }
  }

  #answered(frame) {
    if (frame.type === "error" && frame.id === this.#helloId) {
      this.#helloError = {code: frame.code, message: frame.message};
      return;
    }
    const waiting = this.#waiting.get(frame.id);
    if (!waiting) return;
    this.#waiting.delete(frame.id);
    clearTimeout(waiting.timer);
    if (frame.type === "ok") waiting.resolve(frame);
    else waiting.reject(new WireError(frame.code, frame.message, frame));
  }

  #welcomed(frame) {
    this.#stopTimer("connect");
    this.#clock.restart(frame.server_time, performance.now() - this.#helloSentAt);
    if (frame.epoch !== this.epoch) this.#rev = -1;
    this.epoch = frame.epoch;
    this.#pingsOut = 0;
    this.#timer("stable", this.#timing.stable, () => {
      this.#attempt = 0;
    });
    this.#timer("ping", this.#timing.ping, () => this.#beat());
    this.#tell("online");
  }

  #isNews(frame) {
    if (frame.rev < this.#rev) return false;
    this.#rev = frame.rev;
    return true;
  }

  /**
   * One heartbeat. The silence is measured from the first ping that nothing followed, not from the last frame:
   * a hidden page's timers run once a minute, and such a page has asked nothing meanwhile.
   */
  #beat() {
    const now = performance.now();
    if (this.#pingAt !== null && now - this.#pingAt >= 2 * this.#timing.ping * 0.95) {
      this.#lost(1006);
      return;
    }
    this.#ping();
    this.#timer("ping", this.#timing.ping, () => this.#beat());
  }

  #ping() {
    this.#pingAt ??= performance.now();
    this.#pingsOut += 1;
    this.#lastPing = performance.now();
    this.#send({type: "ping"});
  }

  /** The next heartbeat is set anew by the answer: one that hangs on a timer comes once a minute in a hidden page. */
  #ponged(frame) {
    this.#timer("ping", this.#timing.ping, () => this.#beat());
    if (this.#pingsOut === 1) this.#clock.sample(frame.server_time, performance.now() - this.#lastPing);
    this.#pingsOut = Math.max(0, this.#pingsOut - 1);
  }

  /** The page woke up or the network came back: is the socket still alive, or is it time to dial? */
  #wake() {
    if (this.#state !== "online") {
      this.retryNow();
      return;
    }
    if (this.#timers.has("probe")) return;
    this.#ping();
    this.#timer("probe", this.#timing.probe, () => {
      this.#lost(1006);
      this.retryNow();
    });
  }

  #lost(code) {
    this.#drop();
    if (FINAL_CODES.has(code)) {
      this.#finish(code);
      return;
    }
    const pause = this.#pause(code);
    this.#attempt += 1;
    this.#timer("retry", pause, () => this.retryNow());
    this.#tell("offline", {code, retryAt: Date.now() + pause});
  }

  /** Full jitter between the shortest pause and a bound that doubles with each attempt. */
  #pause(code) {
    const {retryLow, retryHigh} = this.#timing;
    const low = code === 1013 ? 3 * retryLow : retryLow;
    const high = Math.min(retryHigh, low * 2 ** (this.#attempt + 1));
    return low + Math.random() * (high - low);
  }

  /** Lets go of the socket at once: a dead network may hold its close event back for minutes. */
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    for (const name of [...this.#timers.keys()]) this.#stopTimer(name);
    this.#pingAt = null;
    socket?.close();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#state = "offline";
    for (const {reject, timer} of waiting) {
      clearTimeout(timer);
      reject(new WireError("offline"));
    }
  }

  #finish(code) {
    const error = this.#helloError;
    this.#drop();
    this.#unlisten?.abort();
    this.#unlisten = null;
    this.#tell("closed", {code, error});
  }

  #tell(state, {code = null, retryAt = null, error = null} = {}) {
    this.#state = state;
    this.dispatchEvent(new CustomEvent("status", {detail: {state, code, retryAt, error}}));
  }

  #listen() {
    this.#unlisten = new AbortController();
    const {signal} = this.#unlisten;
    window.addEventListener("online", () => this.#wake(), {signal});
    window.addEventListener("offline", () => {
      if (this.#state === "online") this.#lost(1006);
    }, {signal});
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.#wake();
    }, {signal});
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#wake();
    }, {signal});
  }

  #timer(name, after, run) {
    this.#stopTimer(name);
    this.#timers.set(name, setTimeout(() => {
      this.#timers.delete(name);
      run();
    }, after));
  }

  #stopTimer(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

function socketAddress(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** The frame, or null for what isn't one; unknown types pass, so that an older page survives a newer server. */
function parseFrame(data) {
  try {
    const frame = JSON.parse(data);
    return frame && typeof frame.type === "string" ? frame : null;
  } catch {
    return null;
  }
}
