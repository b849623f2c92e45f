// Values for the live board, made from its rows. Pure: same rows, same values.

import {number} from "../shared/format.js";
import {clock, instant} from "./clock.js";

/** In this order somebody needs a look: RONA, then who can be asked, then who can't. */
const STATES = ["rona", "available", "idle", "offline"];

export const held = (row) => row.offers + row.chats + row.wrapups;

const {compare} = new Intl.Collator(document.documentElement.lang || "en"); // many times faster than localeCompare

/** How the columns of agents compare; all ascending. */
const COMPARE = {
  state: (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || since(a, b),
  name: (a, b) => compare(a.name, b.name),
  team: (a, b) => compare(a.team.name, b.team.name),
  since: (a, b) => since(a, b),
  load: (a, b) => held(b) - held(a),
  handled: (a, b) => b.handled - a.handled,
  rona: (a, b) => b.rona - a.rona,
};

/** Moments of the wire compare as texts. */
function since(a, b) {
  return a.since < b.since ? -1 : Number(a.since > b.since);
}

/** The agents that fit search, state and team ("" for all), in order; `down` turns the order round. */
export function chosenAgents(rows, {query, state, team, sort, down}) {
  const words = query.trim().toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  const fits = (row) => {
    if ((state && row.state !== state) || (team && row.team.id !== team)) return false;
    const text = `${row.name} ${row.team.name} ${row.reason?.name ?? ""}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  };
  const found = rows.filter(fits);
  found.sort((a, b) => (down ? -1 : 1) * COMPARE[sort](a, b) || compare(a.name, b.name));
  return found;
}

/** How many agents are in each state. */
export function counts(rows) {
  const found = Object.fromEntries(STATES.map((state) => [state, 0]));
  for (const row of rows) found[row.state] += 1;
  return found;
}

/** The service level now in whole percent, null while nothing was decided lately. */
export function level({inside, decided}) {
  return decided ? Math.floor((100 * inside) / decided) : null;
}

/** A queue is under its target. */
export function under(row) {
  const now = level(row);
  return now !== null && now < row.target;
}

/** The first in line has waited longer than the service level allows. */
export function late(row) {
  return row.oldest !== null && clock.now() - instant(row.oldest) > row.seconds * 1000;
}

/** The queues' figures together; `oldest` is the queue whose first in line has waited longest, null when nobody waits. */
export function sums(queues) {
  const add = (name) => queues.reduce((sum, row) => sum + row[name], 0);
  const waiting = queues.filter((row) => row.oldest !== null);
  const oldest = waiting.sort((a, b) => instant(a.oldest) - instant(b.oldest))[0] ?? null;
  const names = ["waiting", "messages", "talking", "offered", "answered", "abandoned", "rona", "inside", "decided"];
  return {...Object.fromEntries(names.map((name) => [name, add(name)])), oldest};
}

/** 84 % by locale. */
export function percent(value) {
  return value === null ? "–" : `${number(value)} %`;
}
