/** What a screen reader says of the chat; the customer's own words are never read back. */

import {filesNews} from "../shared/file-words.js";
import {gettext, interpolate} from "../shared/words.js";
import {systemLine} from "./system-words.js";
import {waitWords} from "./wait-card.js";

/** Speaks through one polite region that has been in the page from the start. */
export class Announcer {
  #region;
  #position = null;
  #lost = false;

  constructor(region) {
    this.#region = region;
  }

  /** New lines of others. */
  heard(entries) {
    for (const [n, entry] of entries.entries()) {
      const partOfNext = entry.kind === "left" && entries[n + 1]?.kind === "ended";
      if (entry.kind === "message") this.#say(spoken(entry));
      else if (entry.kind === "amended") this.#say(filesNews(entry.attachments));
      else if (!partOfNext) this.#say(systemLine(entry, entries[n - 1])?.text);
    }
  }

  /** The place, only when it has changed. */
  placed({state, position, wait} = {}) {
    const waiting = state === "queued" || state === "offered";
    const now = waiting ? position : null;
    if (now === this.#position) return;
    this.#position = now;
    if (!now) return;
    const words = gettext("Your place is %(position)s. %(wait)s.");
    this.#say(interpolate(words, {position: now, wait: waitWords(wait)}));
  }

  /** Trouble with the connection, and its end. */
  connection(lost) {
    if (lost === this.#lost) return;
    this.#lost = lost;
    this.#say(lost ? gettext("No connection. We keep trying.") : gettext("Connected again, nothing lost."));
  }

  /** Each sentence is its own node, so that one said quickly after another isn't swallowed. */
  #say(text) {
    if (!text) return;
    const line = document.createElement("p");
    line.textContent = text;
    this.#region.append(line);
    while (this.#region.childElementCount > 5) this.#region.firstElementChild.remove();
  }
}

function spoken({sender, text, attachments = []}) {
  const said = [text, ...attachments.map(({name}) => name)].filter(Boolean).join(", ");
  return interpolate(gettext("%(name)s: %(text)s"), {name: sender.name || gettext("Assistant"), text: said});
}
