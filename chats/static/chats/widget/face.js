/** Who the customer is talking with, as the widget's head shows it. */

import {gettext, interpolate} from "../shared/words.js";

/** {shape: {icon} or {name}, heading, sub} for the state of the session. */
export function face(session, config) {
  if (!session.ticket) return config.open ? invitation(config) : closed(config);
  if (session.over) return {shape: {icon: "mark"}, heading: gettext("Chat ended"), sub: place(session.chat, config)};
  const state = session.chat?.state;
  if (session.chat?.kind === "message" && state !== "active") {
    return {shape: {icon: "mail"}, heading: gettext("Your message"), sub: place(session.chat, config)};
  }
  if (state === "bot") return bot(config);
  if (state === "queued" || state === "offered") {
    const heading = session.chat.queue?.name ?? config.entry_point.name;
    return {shape: {icon: "mark"}, heading, sub: gettext("Waiting for a person")};
  }
  if (state === "active" && session.chat.agents.length) return agents(session.chat, config);
  return {shape: {icon: "mark"}, heading: config.organisation, sub: gettext("Connecting…")};
}

function invitation({organisation}) {
  return {shape: {icon: "mark"}, heading: gettext("Chat with us"), sub: organisation};
}

function closed({organisation}) {
  return {shape: {icon: "clock"}, heading: gettext("We are closed now"), sub: organisation};
}

function bot({organisation}) {
  const heading = interpolate(gettext("%(organisation)s assistant"), {organisation});
  return {shape: {icon: "bot"}, heading, sub: gettext("Automatic answers")};
}

function agents(chat, config) {
  const names = chat.agents.map(({name}) => name);
  const heading = names.length > 1 ? new Intl.ListFormat(document.documentElement.lang).format(names) : names[0];
  return {shape: {name: names[0]}, heading, sub: place(chat, config)};
}

function place(chat, {organisation}) {
  return chat?.queue?.name ? `${organisation}, ${chat.queue.name}` : organisation;
}
