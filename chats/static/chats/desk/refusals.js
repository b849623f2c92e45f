// Why the server said no, in words an agent can act on.

import {gettext} from "../shared/words.js";

const WORDS = {
  gone: () => gettext("Too late: the time was up."),
  conflict: () => gettext("Someone else has taken this chat."),
  capacity: () => gettext("You have no free place for another contact."),
  state: () => gettext("This is not possible at the moment."),
  forbidden: () => gettext("You may not do this here."),
  not_found: () => gettext("This is not there any more."),
  invalid: () => gettext("The server didn’t understand this."),
  too_large: () => gettext("This is too long."),
  rate_limited: () => gettext("That was too fast. Please wait a moment."),
  pci_dropped: () => gettext("Not sent: it contained card data."),
  unavailable: () => gettext("The server can’t do this right now. Please try again."),
  unauthenticated: () => gettext("You are signed out."),
  offline: () => gettext("You are offline. Please try again once you are back."),
  timeout: () => gettext("No answer from the server. Please try again."),
};

// Here the server knows more than the code says, and says it in the reader's language.
const TOLD = new Set(["invalid", "forbidden", "state", "too_large", "capacity"]);

/** A sentence for a WireError, never its code. */
export function refusal(error) {
  if (TOLD.has(error.code) && error.message && error.message !== error.code) return error.message;
  return (WORDS[error.code] ?? WORDS.unavailable)();
}

/** The same for accepting a contact request. */
export function acceptRefusal(code, message = "") {
  if (code === "gone" && message) return message;
  if (code === "not_found" || code === "conflict") return WORDS.conflict();
  if (code === "gone" || code === "state") return WORDS.gone();
  return refusal({code});
}
