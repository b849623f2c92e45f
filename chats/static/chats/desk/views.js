// Values for the screen, made from what the store knows. Pure: same store, same values.

import {initials, visitorName} from "../shared/format.js";
import {gettext, interpolate} from "../shared/words.js";
import {instant} from "./clock.js";
import {systemLine} from "./system-lines.js";

const TALK = new Set(["message", "left", "joined", "queued", "connection_lost", "connection_back", "ended"]);

/** One row per chat in the order of acceptance. */
export function chatRows(store) {
  const rows = [...store.chats].sort((a, b) => (instant(a.accepted_at) ?? 0) - (instant(b.accepted_at) ?? 0));
  return rows.map((row) => chatRow(store, row));
}

function chatRow(store, row) {
  const transcript = store.transcript(row.id);
  const read = store.readUpTo(row);
  const name = visitorName(row.customer);
  return {
    id: row.id,
    name,
    initials: initials(name),
    queue: row.queue?.name ?? "",
    status: row.status,
    role: row.role,
    acceptedAt: instant(row.accepted_at),
    on: store.open === row.id,
    isNew: store.unopened.has(row.id),
    unread: transcript.entries.filter((entry) => entry.kind === "message" && entry.seq > read && !store.isOwn(entry))
      .length,
    waitsSince: waitsSince(transcript, row),
    last: lastLine(store, transcript),
    typing: store.typing.has(row.id),
  };
}

/** When the customer's oldest unanswered message came (ms), null when the last word is ours or nothing was said to us. */
export function waitsSince(transcript, row) {
  let since = null;
  if (transcript.pending.some((message) => message.state !== "refused")) return null;
  for (const entry of [...transcript.entries].reverse()) {
    if (entry.kind !== "message") continue;
    if (entry.sender.kind !== "customer") break;
    since = Math.max(instant(entry.at), instant(row.accepted_at) ?? 0);
  }
  return since;
}

/** An end tells something of its own only when the system ended the chat; else the line before it says who left. */
function tells(entry) {
  return TALK.has(entry.kind) && (entry.kind !== "ended" || entry.data?.by === "system");
}

/** The newest line in one line of text, and when it came. */
function lastLine(store, transcript) {
  const own = transcript.pending.at(-1);
  if (own) return {text: mine(own.text), at: own.at};
  const entry = transcript.entries.findLast(tells);
  if (!entry) return {text: "", at: null};
  if (entry.kind !== "message") return {text: systemLine(entry, store.me).text, at: entry.at};
  const text = entry.text || entry.attachments?.[0]?.name || "";
  return {text: store.isOwn(entry) ? mine(text) : text, at: entry.at};
}

function mine(text) {
  return interpolate(gettext("you: %(text)s"), {text});
}

/** One row per chat in which a supervisor reads along. */
export function watchedRows(store) {
  return store.watched.map((row) => {
    const name = visitorName(row.customer);
    const leads = (row.agents ?? []).find((agent) => agent.role === "owner");
    return {
      id: row.id,
      name,
      initials: initials(name),
      queue: row.queue?.name ?? "",
      agent: leads?.name ?? "",
      on: store.open === row.id,
      last: lastLine(store, store.transcript(row.id)),
    };
  });
}

/** One row per wrap-up that isn't submitted, the oldest first. */
export function wrapupRows(store) {
  const rows = [...store.wrapups].sort((a, b) => (instant(a.since) ?? 0) - (instant(b.since) ?? 0));
  return rows.map((item) => {
    const name = visitorName(item.customer);
    return {
      id: item.chat,
      name,
      initials: initials(name),
      queue: item.queue?.name ?? "",
      on: store.open === item.chat,
      dueAt: instant(item.due_at),
      endedAt: item.ended_at ?? item.since,
      last: lastLine(store, store.transcript(item.chat)).text,
    };
  });
}

/** The requests, oldest offer first; the same order in the list and in the popovers. */
export function offerRows(store) {
  const rows = [...store.offers].sort((a, b) => instant(a.offered_at) - instant(b.offered_at));
  return rows.map((offer) => ({
    id: offer.id,
    chat: offer.chat,
    kind: offer.kind,
    message: offer.message ?? false,
    leftAt: offer.left_at ?? null,
    from: offer.from?.name ?? "",
    name: visitorName(offer.customer),
    email: offer.customer.email ?? "",
    queue: offer.queue?.name ?? "",
    waitingSince: instant(offer.waiting_since),
    offeredAt: instant(offer.offered_at),
    expiresAt: instant(offer.expires_at),
  }));
}

/** What fills the agent's places: {used, total, chat, asked, held}; total counts chats alone unless a common limit is set. */
export function loadView(store) {
  const agent = store.agent;
  if (!agent) return {used: 0, total: 0, chat: 0, asked: 0, held: 0};
  const total = agent.capacity.total ?? agent.capacity.chat ?? 0;
  const chat = store.chats.length;
  const asked = store.offers.length;
  const held = store.wrapups.length;
  return {used: chat + asked + held, total, chat, asked, held};
}
