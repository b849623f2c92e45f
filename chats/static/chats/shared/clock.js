/** The server's clock as seen from here, free of the local wall clock. */

export class ServerClock {
  #offset = Date.now() - performance.now();
  #error = Infinity;

  /** Milliseconds since the epoch at the server; the local clock until a first sample came. */
  now() {
    return this.#offset + performance.now();
  }

  /** Takes this sample whatever came before: performance.now() may have stood still while the machine slept. */
  restart(serverTime, roundTrip) {
    this.#error = Infinity;
    this.sample(serverTime, roundTrip);
  }

  /**
   * `serverTime` (RFC 3339) was written within the `roundTrip` ms that end now. The true offset lies within half the
   * round trip of the middle, so a coarser sample only replaces a finer one that it proves wrong.
   */
  sample(serverTime, roundTrip) {
    const told = Date.parse(serverTime);
    if (Number.isNaN(told)) return;
    const error = roundTrip / 2;
    const offset = told + error - performance.now();
    if (error > this.#error && Math.abs(offset - this.#offset) <= error) return;
    this.#offset = offset;
    this.#error = error;
  }
}
