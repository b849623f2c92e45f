/** Times, sizes, names and running text as the page shows them, in the page's language. */

import {gettext, interpolate} from "./words.js";

const LOCALES = {en: "en-GB", de: "de-DE"};
const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"]+/gi;
const MASKED = /•+(?:[ .-]•+)*(?:[ .-]?\d{4}(?!\d))?/g;
const TAIL = /[.,;:!?'"’”)\]}*_]/u;
const CLOSERS = {")": "(", "]": "[", "}": "{"};

/** A duration in ms as h:mm:ss; below zero counts as zero. */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** A duration in ms as m:ss, minutes past 59 too. */
export function minutes(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/** An RFC 3339 time as the local hour and minute, 14:03. */
export function time(iso) {
  const shape = {hour: "2-digit", minute: "2-digit", hourCycle: "h23"};
  return new Intl.DateTimeFormat(locale(), shape).format(new Date(iso));
}

/** An RFC 3339 time as the local day, 19 Nov or 19. Nov.; with the year when it isn't this year's. */
export function day(iso) {
  const date = new Date(iso);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale(), {day: "numeric", month: "short", year}).format(date);
}

/** A whole number or one with few decimals, by locale: 1,408 or 1.408. */
export function number(value) {
  return new Intl.NumberFormat(locale()).format(value);
}

/** A size in bytes as 812 B, 96 KB, 1.4 MB. */
export function fileSize(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const maximumFractionDigits = unit < 2 || value >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(locale(), {maximumFractionDigits}).format(value)} ${units[unit]}`;
}

/** The text in order as strings and {href, text}; only http, https and mailto become links. */
export function linkify(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const found = withoutTail(match[0]);
    if (!isAddress(found)) continue;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({href: found, text: found});
    end = match.index + found.length;
  }
  if (end < text.length || parts.length === 0) parts.push(text.slice(end));
  return parts;
}

/** As linkify, and each masked number as {masked}. */
export function richText(text) {
  return linkify(text).flatMap((part) => (typeof part === "string" ? withMasks(part) : [part]));
}

/** The customer's name, or "Visitor 3F2A-9C" from the id. */
export function visitorName(customer) {
  if (customer?.name) return customer.name;
  const code = String(customer?.id ?? "").replaceAll("-", "").toUpperCase();
  return interpolate(gettext("Visitor %(code)s"), {code: `${code.slice(0, 4)}-${code.slice(4, 6)}`});
}

/** Up to two initials for an avatar. */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => [...word][0].toUpperCase()).join("");
}

function two(value) {
  return String(value).padStart(2, "0");
}

function locale() {
  const language = document.documentElement.lang || "en";
  return LOCALES[language] ?? language;
}

/** An address without the punctuation of the sentence around it; a bracket stays when it was opened inside. */
function withoutTail(address) {
  const seen = countCharacters(address);
  let end = address.length;
  while (end > 0) {
    const last = address[end - 1];
    const opener = CLOSERS[last];
    const closes = opener && (seen.get(opener) ?? 0) >= seen.get(last);
    if (closes || !TAIL.test(last)) break;
    seen.set(last, seen.get(last) - 1);
    end -= 1;
  }
  return address.slice(0, end);
}

function countCharacters(text) {
  const seen = new Map();
  for (const character of text) seen.set(character, (seen.get(character) ?? 0) + 1);
  return seen;
}

function isAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "mailto:" ? url.pathname.includes("@") : url.hostname !== "";
  } catch {
    return false;
  }
}

function withMasks(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(MASKED)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({masked: match[0]});
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}
