/** What system lines say to the customer. */

import {gettext, interpolate} from "../shared/words.js";

/** {icon, text} of a system line, or null for what the customer needn't read. `previous` is the line above it. */
export function systemLine(entry, previous) {
  const word = WORDS[entry.kind];
  return word ? word(entry, previous) : null;
}

const WORDS = {
  joined: ({data}) => aboutAgent(data, "user", gettext("%(name)s joined")),
  left: ({data}) => (data.why === "lost" ? null : aboutAgent(data, "end", gettext("%(name)s left"))),
  transferred: ({data, sender}) => transferred(data, sender),
  queued: ({data}) => requeued(data),
  connection_lost: ({data}) => aboutAgent(data, "wifioff", gettext("%(name)s lost the connection")),
  connection_back: ({data}) => aboutAgent(data, "user", gettext("%(name)s is back")),
  ended: ({data, sender}, previous) => ended(data, sender, previous),
};

function aboutAgent(data, icon, words) {
  if ((data.who ?? data.kind) !== "agent") return null;
  return {icon, text: interpolate(words, {name: data.name})};
}

function transferred(data, sender) {
  const to = nameOf(data.queue) ?? nameOf(data.agent);
  const by = nameOf(data.by) ?? sender?.name;
  if (!to) return null;
  const words = by ? gettext("%(by)s passes you on to %(to)s") : gettext("You are passed on to %(to)s");
  return {icon: "transfer", text: interpolate(words, {by, to})};
}

/** An offer that nobody took in time is no news to the customer: he waits as before. */
function requeued(data) {
  if (!data.again || data.why !== "lost") return null;
  return {icon: "queue", text: gettext("You are back in line, nothing is lost")};
}

function ended(data, sender, previous) {
  if (data.why === "max_wait") return {icon: "clock", text: gettext("Nobody was free in time. The chat is over.")};
  if (data.why === "away") return {icon: "end", text: gettext("You were away for a while. The chat is over.")};
  if (data.by === "customer") return {icon: "end", text: gettext("You left. The chat is over.")};
  const name = (previous?.kind === "left" && previous.data.name) || nameOf(data) || sender?.name;
  if (data.by !== "agent" || !name) return {icon: "end", text: gettext("The chat is over.")};
  return {icon: "end", text: interpolate(gettext("%(name)s left. The chat is over."), {name})};
}

function nameOf(thing) {
  if (typeof thing === "string") return thing || null;
  return thing?.name || null;
}
