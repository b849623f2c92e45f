// One clock and one tick for the whole desk. The time is the server's; main.js puts the wire's clock here once.

const TICK = 1000;
const listeners = new Set();

/** The server's clock in ms since epoch. `source` is replaced when the wire exists; until then the machine's clock serves. */
export const clock = {
  source: () => Date.now(),
  now() {
    return this.source();
  },
};

/** Calls `listener` once a second until the returned function is called. */
export function onTick(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The instant of an RFC 3339 text in ms, or null for nothing. */
export function instant(text) {
  const value = text ? Date.parse(text) : NaN;
  return Number.isNaN(value) ? null : value;
}

setInterval(() => {
  for (const listener of listeners) listener();
}, TICK);
