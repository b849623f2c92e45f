// Lines the system wrote. They travel as codes and names; here they get their words and their icon.

import {gettext, interpolate} from "../shared/words.js";

const named = (value) => (typeof value === "string" ? value : (value?.name ?? ""));

function who(entry, me) {
  const {who: kind, id} = entry.data;
  if (kind === "agent" && String(id) === me.id) return "me";
  return kind ?? entry.sender?.kind;
}

function joined(entry, me) {
  const name = named(entry.data);
  const words = {
    me: gettext("You joined"),
    customer: gettext("The customer started the chat"),
    bot: gettext("The chatbot answers"),
    agent: interpolate(gettext("%(name)s joined"), {name}),
  };
  return {icon: who(entry, me) === "bot" ? "bot" : "user", text: words[who(entry, me)] ?? words.agent};
}

function left(entry, me) {
  const name = named(entry.data);
  const words = {
    me: gettext("You left"),
    customer: gettext("The customer left"),
    bot: gettext("The chatbot left"),
    agent: interpolate(gettext("%(name)s left"), {name}),
  };
  return {icon: "end", text: words[who(entry, me)] ?? words.agent};
}

function queued(entry) {
  const queue = named(entry.data.queue);
  const words = {
    rona: gettext("Back in %(queue)s, the request was not accepted in time"),
    lost: gettext("Back in %(queue)s, the agent lost the connection"),
    transfer: gettext("Transferred, waiting in %(queue)s"),
  };
  const again = entry.data.again ? gettext("Back in %(queue)s") : gettext("Waiting in %(queue)s");
  return {icon: "queue", text: interpolate(words[entry.data.why] ?? again, {queue})};
}

function transferred(entry, me) {
  const by = named(entry.data.by) || named(entry.sender);
  const mine = String(entry.data.by?.id ?? entry.sender?.id ?? "") === me.id;
  const target = named(entry.data.agent) || named(entry.data.queue);
  const text = mine
    ? gettext("You transferred the chat to %(target)s")
    : gettext("%(by)s transferred the chat to %(target)s");
  return {icon: "transfer", text: interpolate(text, {by, target})};
}

function conferenceRequested(entry, me) {
  const by = entry.data.by ?? entry.sender;
  const name = named(entry.data.agent);
  const mine = String(by?.id ?? "") === me.id;
  const text = mine ? gettext("You asked %(name)s to a conference") : gettext("%(by)s asked %(name)s to a conference");
  return {icon: "conference", text: interpolate(text, {name, by: named(by)})};
}

function conferenceLapsed(entry) {
  const name = named(entry.data.agent);
  const words = {
    cancelled: gettext("The conference request to %(name)s was taken back"),
    rona: gettext("%(name)s did not answer the conference request in time"),
  };
  const text = name
    ? interpolate(words[entry.data.why] ?? gettext("%(name)s did not join the conference"), {name})
    : gettext("The conference request lapsed");
  return {icon: "conference", text};
}

function transferRequested(entry, me) {
  const {by} = entry.data;
  const mine = String(by?.id ?? "") === me.id;
  const text = mine ? gettext("You asked %(name)s to take the chat") : gettext("%(by)s asked %(name)s to take the chat");
  return {icon: "transfer", text: interpolate(text, {name: named(entry.data.agent), by: named(by)})};
}

function transferLapsed(entry, me) {
  const name = named(entry.data.agent);
  const mine = String(entry.data.by?.id ?? "") === me.id;
  const words = {
    cancelled: gettext("The transfer to %(name)s was taken back"),
    rona: mine
      ? gettext("%(name)s did not take the chat in time. You keep it.")
      : gettext("%(name)s did not take the chat in time"),
  };
  const other = mine ? gettext("%(name)s can’t take the chat. You keep it.") : gettext("%(name)s can’t take the chat");
  return {icon: "transfer", text: interpolate(words[entry.data.why] ?? other, {name})};
}

function connectionLost(entry, me) {
  const name = named(entry.data) || named(entry.sender);
  const words = {
    me: gettext("Your connection was lost"),
    customer: gettext("The customer’s connection was lost"),
    agent: interpolate(gettext("%(name)s lost the connection"), {name}),
  };
  return {icon: "wifioff", text: words[who(entry, me)] ?? words.agent};
}

function connectionBack(entry, me) {
  const name = named(entry.data) || named(entry.sender);
  const words = {
    me: gettext("You are connected again"),
    customer: gettext("The customer is connected again"),
    agent: interpolate(gettext("%(name)s is connected again"), {name}),
  };
  return {icon: "wifi", text: words[who(entry, me)] ?? words.agent};
}

function ended(entry) {
  const words = {
    away: gettext("The customer was away too long. The chat is over."),
    max_wait: gettext("The longest waiting time was reached. The chat is over."),
  };
  return {icon: "end", text: words[entry.data.why] ?? gettext("The chat is over.")};
}

function monitoring(entry) {
  const name = named(entry.data) || named(entry.sender);
  const text = entry.data.on === false ? gettext("%(name)s stopped monitoring") : gettext("%(name)s reads along");
  return {icon: "eye", text: interpolate(text, {name})};
}

const KINDS = {
  joined,
  left,
  queued,
  transferred,
  ended,
  monitoring,
  transfer_requested: transferRequested,
  transfer_lapsed: transferLapsed,
  conference_requested: conferenceRequested,
  conference_lapsed: conferenceLapsed,
  connection_lost: connectionLost,
  connection_back: connectionBack,
};

/** {icon, text} of a system line in the reader's language; `me` is the reader {kind, id}. An unknown kind is an empty text. */
export function systemLine(entry, me) {
  const word = KINDS[entry.kind];
  return word ? word({...entry, data: entry.data ?? {}}, me) : {icon: "dots", text: entry.text ?? ""};
}
