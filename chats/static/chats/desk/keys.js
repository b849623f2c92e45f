// The keyboard map. House modifier Alt+Shift, read by key position; every key can be changed or turned off.

import {gettext, pgettext} from "../shared/words.js";
import {preferences} from "./preferences.js";

const DEFAULTS = {
  accept: "KeyA",
  acceptAll: "KeyQ",
  nextWaiting: "KeyN",
  transfer: "KeyT",
  conference: "KeyC",
  end: "KeyE",
  states: "KeyS",
  wrapup: "KeyW",
  attach: "KeyU",
  history: "KeyH",
  help: "Slash",
};

/** What each changeable key does, in the order of the list. */
export function keyNames() {
  return {
    accept: gettext("accept the oldest request"),
    acceptAll: gettext("accept all requests"),
    nextWaiting: gettext("next chat that waits for me"),
    transfer: gettext("transfer"),
    conference: gettext("conference"),
    end: gettext("end the chat"),
    states: gettext("state menu"),
    wrapup: gettext("wrap-up dialog"),
    attach: gettext("attach files"),
    history: gettext("contact history"),
    help: gettext("this list"),
  };
}

/** Keys that belong to one place and are fixed. */
export function fixedKeys() {
  return [
    ["Enter", gettext("send")],
    ["Shift+Enter", gettext("new line")],
    ["/", gettext("canned responses, at the start of a line")],
    [gettext("↑ ↓ Enter Esc"), gettext("in any list: move, choose, close")],
    [gettext("Ctrl K"), gettext("search")],
    ["F6 / Shift+F6", gettext("next, previous pane")],
    ["Alt+Shift+1…5", gettext("open chat 1 to 5")],
    [pgettext("key", "End"), gettext("newest message, in the conversation")],
  ];
}

/** The position this action's key has now, "" when it is turned off. */
export function codeOf(name) {
  return preferences.get("keys")[name] ?? DEFAULTS[name];
}

/** A position as a person reads it: KeyA → A. */
export function codeWord(code) {
  return code.replace(/^(Key|Digit)/u, "").replace("Slash", "/");
}

/** "Alt+Shift+A" for an action, "" when turned off. */
export function keyWord(name) {
  const code = codeOf(name);
  return code ? `Alt+Shift+${codeWord(code)}` : "";
}

/** From now on `code` does `name`; whoever had that key before is turned off. "" turns it off. */
export function setKey(name, code) {
  const keys = {...preferences.get("keys")};
  for (const other of Object.keys(DEFAULTS)) if (code && other !== name && codeOf(other) === code) keys[other] = "";
  keys[name] = code;
  preferences.set("keys", keys);
}

/** Calls `does[name]()` for the keys of the map, `does.chat(n)` for 1…5, `does.search()`, `does.pane(step)`. */
export function listenToKeys(does) {
  addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const wanted = named(event);
    if (!wanted) return;
    event.preventDefault();
    does[wanted.name](wanted.value);
  });
}

function named(event) {
  if (event.key === "F6" && !event.altKey && !event.ctrlKey) return {name: "pane", value: event.shiftKey ? -1 : 1};
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.code === "KeyK")
    return {name: "search"};
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || !preferences.get("keysOn")) return null;
  const digit = /^Digit([1-5])$/u.exec(event.code);
  if (digit) return {name: "chat", value: Number(digit[1])};
  const name = Object.keys(DEFAULTS).find((candidate) => codeOf(candidate) === event.code);
  return name ? {name} : null;
}
