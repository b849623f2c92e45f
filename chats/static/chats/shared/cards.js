/** Card numbers in a text, by the same rule as lib/pci/cards.py (told in docs/pci.md), to warn before sending. */

import {
  CARD_WORD, IBAN_LENGTHS, IBAN_OF_DIGITS, ISSUERS, LABEL_OF_OTHER, LABEL_OF_SHORT, NO_PAYMENT_CARD, OTHER_TOKEN,
} from "./cardrules.js";
import {AMOUNT_GOES_ON, isDictated, isEven, isOneNumber, isPrinted, PLUS, PRINTED_GROUP} from "./cuts.js";
import {otherReadings} from "./tags.js";

const SKIPPED = String.raw`(?:\x00|%(?:2[0dDeEfF]|0[9aAdD])|<[/!?A-Za-z][^<>]{0,120}>|&(?:#[0-9]{2,6}|#[xX][0-9A-Fa-f]{2,5}|[A-Za-z]{2,8});)`;
const SIGN = `(?:(?!${SKIPPED})[^\\p{L}\\p{N}\\x00])`;
const CHAIN = new RegExp(`[0-9](?:(?:${SKIPPED}*${SIGN}){0,5}${SKIPPED}*[0-9]){11,}`, "gu");
const SKIPPED_PART = new RegExp(SKIPPED, "gu");
const PART = new RegExp(`${SKIPPED}|(?<digits>[0-9]+)|(?<sign>${SIGN})`, "gu");
const IBAN = /(?<![A-Za-z0-9])[A-Za-z]{2}[ \xa0\u202f\x00.-]?[0-9](?:[ \xa0\u202f\x00.-]{0,2}[0-9A-Za-z]){12,31}/g;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const FOREIGN = /[^\x01-\xac\xae-\xb1\xb4-\xb8\xba-\u02ff]/gu;
const UNSEEN = /[\p{Cf}\p{M}\u115f\u1160\u3164\uffa0]/u;
const DINGBATS = [[0x2776, 1], [0x2780, 1], [0x278a, 1], [0x24f5, 1]];

const BEFORE = 64;
const AFTER = 48;
const KEPT = 4;
const LONGEST_SHORT = 14;
const LONGEST_WITH_COMPANIONS = 27;
const RARE_LENGTHS = new Set([12, 13, 17, 18]);
const USUAL_LENGTHS = new Set([15, 16]);
const SHORTEST_PAN = 13;

const LENGTHS = new Map();
for (const [, ranges, lengths] of ISSUERS) {
  for (const [low, high] of ranges) {
    for (let prefix = low; prefix <= high; prefix += 1) {
      const key = String(prefix).padStart(4, "0");
      LENGTHS.set(key, new Set([...(LENGTHS.get(key) ?? []), ...lengths]));
    }
  }
}

/** The cards in `text`: [{start, end, last4}] in string offsets, in order, none overlapping. */
export function findCards(text) {
  const read = withoutIbans(plain(text));
  const found = [read, ...otherReadings(read)].flatMap(
    (reading) => [...reading.matchAll(CHAIN)].flatMap((match) => inChain(reading, chainOf(reading, match))),
  );
  for (const card of found) card.end += /[\udc00-\udfff]/.test(text[card.end] ?? "") ? 1 : 0;
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const merged = [];
  for (const card of found) {
    const last = merged.at(-1);
    if (!last || card.start >= last.end) merged.push(card);
    else if (card.end > last.end) merged[merged.length - 1] = {...card, start: last.start};
  }
  return merged;
}

/** `text` as a browser may keep it: without any digit when it holds a card, for beside it stand its date and code. */
export function toKeep(text) {
  return findCards(text).length ? text.replace(/\p{Nd}/gu, "•") : text;
}

/** `text` with the last four digits of each card in place of it: for the screen. */
export function withoutCards(text) {
  let safe = text;
  for (const {start, end, last4} of findCards(text).reverse()) {
    safe = `${safe.slice(0, start)}•••• ${last4}${safe.slice(end)}`;
  }
  return safe;
}

/** `text` with every digit as ASCII and unseen characters as NUL; as long as `text`. */
function plain(text) {
  return text.replace(FOREIGN, (char) => {
    const digit = digitOf(char);
    if (digit !== null) return char.length === 2 ? `${digit}\0` : digit;
    return UNSEEN.test(char) ? "\0".repeat(char.length) : char;
  });
}

/** The ASCII digit that a character stands for, or null. Decimal digits of a script stand in tens, zero first. */
function digitOf(char) {
  const point = char.codePointAt(0);
  if (/\p{Nd}/u.test(char)) {
    let first = point;
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((point - first) % 10);
  }
  if (point === 0x24ff) return "0";
  const row = DINGBATS.find(([start]) => point >= start && point < start + 9);
  if (row) return String(point - row[0] + row[1]);
  const digits = char.normalize("NFKC").replace(/[().,]/g, "");
  return /^[0-9]$/.test(digits) ? digits : null;
}

/** The text with letters in place of account numbers: a known country, its length, and a remainder of 1 modulo 97. */
function withoutIbans(read) {
  return read.replace(IBAN, (match) => {
    const country = match.slice(0, 2).toUpperCase();
    const length = IBAN_LENGTHS[country];
    const taken = [...match].map((char, at) => [char, at]).filter(([char]) => /[0-9A-Za-z]/.test(char));
    if (!length || taken.length < length) return match;
    const iban = taken.slice(0, length).map(([char]) => char).join("");
    const digits = iban.slice(2).replace(/[^0-9]/g, "").length;
    if (digits < (IBAN_OF_DIGITS.split(" ").includes(country) ? length - 2 : Math.floor(length / 2))) return match;
    if (remainder(iban.slice(4) + iban.slice(0, 4)) !== 1) return match;
    const end = taken[length - 1][1] + 1;
    return "x".repeat(end) + match.slice(end);
  });
}

function remainder(moved) {
  let rest = 0;
  for (const char of moved) rest = Number(`${rest}${parseInt(char, 36)}`) % 97;
  return rest;
}

/** Digits of a chain, the place of each in the text, and where in them each group begins. */
function chainOf(read, match) {
  const places = [];
  const starts = [];
  let apart = true;
  for (const part of match[0].matchAll(PART)) {
    if (part.groups.digits !== undefined) {
      if (apart) starts.push(places.length);
      for (let i = 0; i < part[0].length; i += 1) places.push(match.index + part.index + i);
      apart = false;
    } else if (part.groups.sign !== undefined) {
      apart = true;
    }
  }
  return {places, starts, digits: places.map((place) => read[place]).join("")};
}

function inChain(read, chain) {
  const {digits, starts, places} = chain;
  const ends = new Set([...starts, digits.length]);
  const card = (first, end, shown) => ({
    start: places[first], end: places[end - 1] + 1, last4: shown ? digits.slice(shown - KEPT, shown) : "",
  });
  const found = [];
  const taken = new Set();
  for (const first of starts) {
    for (const length of lengthsAt(digits, first)) {
      const end = first + length;
      if (ends.has(end) && luhn(digits.slice(first, end)) && isCard(read, chain, first, end)) {
        found.push(card(first, end, end));
        for (const start of starts) if (start >= first && start < end) taken.add(start);
      }
    }
  }
  starts.forEach((first, at) => {
    const end = starts[at + 1] ?? digits.length;
    if (taken.has(first) || end - first <= 15) return;
    const inside = embedded(read, chain, first, end);
    if (inside.length > 0) found.push(card(first, end, inside.length === 1 ? inside[0] : 0));
  });
  return found;
}

const lengthsAt = (digits, first) => LENGTHS.get(digits.slice(first, first + 4)) ?? [];

/** Where the cards inside the run `first`–`end` end: at its start or end, anywhere when a card is named near.
 * Those of 15 that begin with 1 are one number in ten: only when a card is named. */
function embedded(read, {digits, places}, first, end) {
  const start = places[first];
  const named = namesCard(read, start, places[end - 1] + 1);
  if (!named && labelledOther(read, start, end - first)) return [];
  const found = [];
  for (let at = first; at < end - 14; at += 1) {
    for (const length of lengthsAt(digits, at)) {
      const stop = at + length;
      const anchored = named || ((at === first || stop === end) && (length === 16 || digits[at] !== "1"));
      const fits = USUAL_LENGTHS.has(length) && stop <= end && length < end - first;
      if (fits && anchored && luhn(digits.slice(at, stop))) found.push(stop);
    }
  }
  return found;
}

function luhn(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const value = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? value : value * 2 - (value > 4 ? 9 : 0);
  }
  return sum % 10 === 0;
}

function isCard(read, chain, first, end) {
  const [start, stop] = [chain.places[first], chain.places[end - 1] + 1];
  if (inUuid(read, start, stop)) return false;
  if (namesCard(read, start, stop)) return true;
  const cuts = [...chain.starts.filter((at) => at >= first && at < end), end];
  const sizes = cuts.slice(1).map((cut, at) => cut - cuts[at]);
  const length = end - first;
  if (length < SHORTEST_PAN && labelledOther(read, start, length)) return false;
  if (isInternational(read, chain, first, end, sizes)) return false;
  return isCutLikeCard(read, chain, first, end, sizes);
}

/** True when the window reads as a telephone number with its country, or as one beside another number. */
function isInternational(read, chain, first, end, sizes) {
  const several = sizes.length > 1;
  const short = end - first <= LONGEST_SHORT || (several && sizes[0] !== PRINTED_GROUP);
  if (read[chain.places[first] - 1] === "+" && short) return true;
  const last = sizes.at(-1);
  return last > PRINTED_GROUP && several && PLUS.test(between(read, chain, end - last));
}

/** True when the groups may be those of one card and not several numbers beside each other. */
function isCutLikeCard(read, chain, first, end, sizes) {
  const {digits, places} = chain;
  const even = isEven(sizes);
  if (digits[first] === "1" && !(even && new Set(signsBetween(read, chain, first, end)).size <= 1)) return false;
  if (RARE_LENGTHS.has(end - first) && !even) {
    if (end - first !== digits.length || read.slice(places[first], places[end - 1]).includes("\n")) return false;
  }
  return isPrinted(sizes) || mayBeOneNumber(read, chain, first, end, sizes);
}

/** True when groups that are cut as no card is printed may still be those of one. */
function mayBeOneNumber(read, chain, first, end, sizes) {
  const {digits, places} = chain;
  if (first > 0 && end < digits.length && digits.length > LONGEST_WITH_COMPANIONS) return false;
  const signs = signsBetween(read, chain, first, end);
  const [start, stop] = [places[first], places[end - 1] + 1];
  if (sizes[0] > 1 && AMOUNT_GOES_ON.test(read.slice(stop, stop + 4))) return false;
  if (first > 0 && !isDictated(sizes) && signs.includes(between(read, chain, first))) return false;
  return isOneNumber(sizes, signs) && !read.slice(start, stop).split(/\s+/).some((word) => TOKEN.test(word));
}

/** What stands between the groups of the window, in order. */
function signsBetween(read, chain, first, end) {
  return chain.starts.filter((at) => at > first && at < end).map((at) => between(read, chain, at));
}

/** The signs before the group that begins at the digit `at`, which is not the first. */
function between(read, {places}, at) {
  return read.slice(places[at - 1] + 1, places[at]).replace(SKIPPED_PART, "");
}

const TOKEN = new RegExp(`^(?:${OTHER_TOKEN})`);
const CARD = new RegExp(CARD_WORD);
const NO_CARD = new RegExp(NO_PAYMENT_CARD, "g");
const LABEL = new RegExp(LABEL_OF_OTHER);
const SHORT_LABEL = new RegExp(LABEL_OF_SHORT);

function namesCard(read, start, stop) {
  const near = `${read.slice(Math.max(0, start - BEFORE), start)} \n ${read.slice(stop, stop + AFTER)}`;
  return CARD.test(near.toLowerCase().replace(NO_CARD, " "));
}

function labelledOther(read, start, length) {
  const words = read.slice(Math.max(0, start - BEFORE), start).toLowerCase();
  return LABEL.test(words) || (length <= LONGEST_SHORT && SHORT_LABEL.test(words));
}

function inUuid(read, start, stop) {
  const low = Math.max(0, start - 36);
  return [...read.slice(low, stop + 36).matchAll(UUID)].some((found) => {
    const from = low + found.index;
    return from <= start && from + found[0].length >= stop && /[a-f]/i.test(found[0]);
  });
}
