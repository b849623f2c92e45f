/**
 * What this tab keeps over a reload, and of some things what this browser does. A page inside a foreign site may be denied storage: then it is kept in memory,
 * and a reload forgets it.
 */

const memory = new Map();

/** Keeps a JSON value under the key; `lasting`: not only in this tab, but in this browser. */
export function keep(key, value, {lasting = false} = {}) {
  const text = JSON.stringify(value);
  memory.set(key, text);
  try {
    (lasting ? localStorage : sessionStorage).setItem(key, text);
  } catch {
    // denied or full: memory has it
  }
}

/** The value kept under the key, or null. */
export function kept(key) {
  const text = stored(key) ?? memory.get(key);
  if (text == null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Nothing is kept under the key any more. */
export function forget(key) {
  memory.delete(key);
  try {
    sessionStorage.removeItem(key);
    localStorage.removeItem(key);
  } catch {
    // denied: it was in memory only
  }
}

/** Nothing is kept any more under keys that begin with `prefix` and go on with none of `rest`. */
export function forgetBut(prefix, rest) {
  const keys = new Set(memory.keys());
  try {
    for (const key of Object.keys(sessionStorage)) keys.add(key);
  } catch {
    // denied: it was in memory only
  }
  for (const key of keys) if (key.startsWith(prefix) && !rest.has(key.slice(prefix.length))) forget(key);
}

function stored(key) {
  try {
    return sessionStorage.getItem(key) ?? localStorage.getItem(key);
  } catch {
    return null;
  }
}
