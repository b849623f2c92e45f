/**
 * Keeps transcripts complete: hands them their entries and asks for what is missing.
 */

const HOLE_MAY_STAY = 1_000;

/** Listens on one wire for any number of transcripts. */
export class Follower {
  #wire;
  #byKey = new Map();
  #asking = new Set();
  #timers = new Map();
  #epoch = null;

  constructor(wire) {
    this.#wire = wire;
    wire.addEventListener("frame", (event) => this.#frameCame(event.detail));
  }

  /** From now on the transcript gets its entries; `catchUp` asks at once for all it lacks. */
  follow(transcript, {catchUp = false} = {}) {
    this.#byKey.set(transcript.key, transcript);
    transcript.addEventListener("change", this.#changed);
    if (catchUp) this.#ask(transcript, transcript.head);
  }

  /** The transcript gets nothing more. */
  unfollow(transcript) {
    if (this.#byKey.get(transcript.key) === transcript) this.#byKey.delete(transcript.key);
    transcript.removeEventListener("change", this.#changed);
    this.#stopTimer(transcript);
  }

  /** The `after` of a desk's hello: the head of each transcript by its key. */
  cursors() {
    return Object.fromEntries([...this.#byKey].map(([key, transcript]) => [key, transcript.head]));
  }

  #frameCame(frame) {
    if (frame.type === "entries") this.#entriesCame(frame);
    else if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "pong") this.#headsCame(frame.heads);
  }

  #entriesCame({chat, stream, entries}) {
    const key = stream === "staff" ? `${chat}/staff` : chat;
    this.#byKey.get(key)?.apply(entries);
  }

  /** A server that was set back knows fewer lines than we do, or others: then the transcript starts anew. */
  #welcomed(frame) {
    const setBack = this.#epoch !== null && this.#epoch !== frame.epoch;
    this.#epoch = frame.epoch;
    for (const [key, transcript] of this.#byKey) {
      const head = frame.heads?.[key];
      if (head === undefined) continue;
      if (setBack || head < transcript.head) {
        transcript.reset();
        transcript.noteHead(head);
        this.#ask(transcript, 0);
      } else {
        transcript.noteHead(head);
        this.#watch(transcript);
      }
    }
  }

  #headsCame(heads = {}) {
    for (const [key, head] of Object.entries(heads)) {
      const transcript = this.#byKey.get(key);
      if (!transcript) continue;
      transcript.noteHead(head);
      if (transcript.missingFrom() !== null) this.#ask(transcript, transcript.missingFrom());
    }
  }

  #changed = (event) => this.#watch(event.currentTarget);

  /** A hole that closes by itself within a second needs no question; entries may come before or after an ok. */
  #watch(transcript) {
    if (transcript.missingFrom() === null) {
      this.#stopTimer(transcript);
      return;
    }
    if (this.#timers.has(transcript)) return;
    this.#timers.set(transcript, setTimeout(() => {
      this.#timers.delete(transcript);
      const after = transcript.missingFrom();
      if (after !== null) this.#ask(transcript, after);
    }, HOLE_MAY_STAY));
  }

  /** Asks page by page until nothing is missing. After a failure the next welcome or heartbeat asks again. */
  async #ask(transcript, after) {
    if (this.#asking.has(transcript)) return;
    this.#asking.add(transcript);
    try {
      await this.#askPages(transcript, after);
    } catch (error) {
      if (error.name !== "WireError") throw error;
    } finally {
      this.#asking.delete(transcript);
    }
  }

  async #askPages(transcript, start) {
    const {chat, stream} = transcript;
    let after = start;
    let more = true;
    while (more) {
      const fields = stream === "public" ? {chat, after} : {chat, stream, after};
      const page = await this.#wire.request("sync", fields);
      if (this.#byKey.get(transcript.key) !== transcript) return;
      transcript.apply(page.entries);
      const last = page.entries.at(-1)?.seq ?? after;
      more = page.more && last > after;
      after = last;
    }
  }

  #stopTimer(transcript) {
    clearTimeout(this.#timers.get(transcript));
    this.#timers.delete(transcript);
  }
}
