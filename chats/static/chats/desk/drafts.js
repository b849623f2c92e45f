// What is typed but not sent, one per chat, kept over a reload of this tab.

import {toKeep} from "../shared/cards.js";

const PREFIX = "cc.draft.";

/** Drafts in sessionStorage. Card numbers are never put there: they are kept in memory and stored masked. */
export class Drafts {
  constructor() {
    this.memory = new Map();
  }

  get(chat) {
    if (this.memory.has(chat)) return this.memory.get(chat);
    try {
      return sessionStorage.getItem(PREFIX + chat) ?? "";
    } catch {
      return "";
    }
  }

  /** The draft of `chat` is `text` from now on; an empty text forgets it. */
  set(chat, text) {
    if (text) this.memory.set(chat, text);
    else this.memory.delete(chat);
    try {
      if (text) sessionStorage.setItem(PREFIX + chat, toKeep(text));
      else sessionStorage.removeItem(PREFIX + chat);
    } catch {
      // Full or forbidden storage: the draft still lives in memory.
    }
  }

  /** Forgets drafts of chats that aren't in `alive` any more. */
  keepOnly(alive) {
    for (const chat of this.memory.keys()) if (!alive.has(chat)) this.memory.delete(chat);
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && !alive.has(key.slice(PREFIX.length))) sessionStorage.removeItem(key);
    }
  }
}
