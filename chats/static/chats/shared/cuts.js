/** How a number is cut into groups, by the same rule as lib/pci/cuts.py. */

import {PARTS as PARTING, PRINTED} from "./cardrules.js";

export const PRINTED_GROUP = 4;
export const PLUS = /[^+]\+$/;
export const AMOUNT_GOES_ON = /^[.,][0-9]{1,2}(?![0-9])/;

const LONGEST_DICTATED = 3;
const TELEPHONE = "3,3,4";
const SHOP_ORDER = "3,7,7";
const PARTS = new RegExp(PARTING);
const END_OF_LINE = /^\s*\n\s*$/;
const KNOWN = new Set(PRINTED.map(String));

/** True when all groups are of one size, the last possibly shorter. */
export function isEven(sizes) {
  return new Set(sizes.slice(0, -1)).size <= 1 && sizes.at(-1) <= sizes[0];
}

/** True for the cuts in which cards are printed and read out; then nothing between the groups says otherwise. */
export function isPrinted(sizes) {
  return sizes.length === 1 || KNOWN.has(String(sizes)) || (isEven(sizes) && sizes[0] === PRINTED_GROUP);
}

/** True for many short groups of one size. */
export function isDictated(sizes) {
  return isEven(sizes) && sizes[0] <= LONGEST_DICTATED;
}

/** True when groups cut in another way may still be one number's; `between` stand the signs, in their order. */
export function isOneNumber(sizes, between) {
  if (sizes.every((size) => size === 1)) return true;
  const ends = between.map((each) => END_OF_LINE.test(each));
  const onlyEnds = ends.every(Boolean);
  if (ends.some(Boolean) && !onlyEnds) {
    return overLines(sizes, ends).slice(0, -1).every((size) => size % PRINTED_GROUP === 0);
  }
  if (!onlyEnds && new Set(between.map((each) => each.replace(/\s+/g, " "))).size > 1) return false;
  if (`,${sizes},`.includes(`,${TELEPHONE},`) || String(sizes) === SHOP_ORDER) return false;
  return isDictated(sizes) || !between.some((each) => PARTS.test(each));
}

/** How long the groups are when those that only the end of a line parts are one. */
function overLines(sizes, ends) {
  const joined = [sizes[0]];
  sizes.slice(1).forEach((size, at) => {
    if (ends[at]) joined[joined.length - 1] += size;
    else joined.push(size);
  });
  return joined;
}
