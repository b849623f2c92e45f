/** HTML tags between digits that a short expression doesn't skip, by the same rule as lib/pci/tags.py. */

const PLAIN_TAG = /<[/!?A-Za-z][^<>]{0,120}>/g;
const MAY_BE_AWKWARD = /<!--|=[ \t\r\n\f]{0,5}["']|<[/!?A-Za-z][^<>]{121}/;
const TOKEN = /[<>"']|=[ \t\r\n\f]{0,5}["']/g;
const LEAST_DIGITS = 12;

/** The text without the tags that are no plain ones, and with what stands in tags as text; none if it were the same. */
export function otherReadings(read) {
  const readings = [];
  if (MAY_BE_AWKWARD.test(read)) {
    const bare = withoutAwkward(read);
    if (bare !== read) readings.push(bare);
  }
  const inside = [...read.matchAll(PLAIN_TAG)].some(([tag]) => tag.replace(/[^0-9]/g, "").length >= LEAST_DIGITS);
  if (inside) readings.push(read.replaceAll("<", " "));
  return readings;
}

function withoutAwkward(read) {
  const parts = [];
  let at = 0;
  for (const [start, end] of tags(read)) {
    if (!isPlain(read.slice(start, end))) {
      parts.push(read.slice(at, start), "\0".repeat(end - start));
      at = end;
    }
  }
  return parts.join("") + read.slice(at);
}

const isPlain = (tag) => tag.length <= 123 && new RegExp(`^${PLAIN_TAG.source}$`).test(tag);

/** Where tags and comments begin and end, none inside another one. */
function tags(read) {
  const lastCommentEnd = read.lastIndexOf("-->");
  const found = [];
  let at = 0;
  for (const [start, tagEnd] of tagEnds(read).reverse()) {
    if (start < at) continue;
    const isComment = read.startsWith("<!--", start) && start + 4 <= lastCommentEnd;
    const end = isComment ? read.indexOf("-->", start + 4) + 3 : tagEnd;
    if (end > 0) {
      found.push([start, end]);
      at = end;
    }
  }
  return found;
}

/** Each place where a tag may begin, last first, and where it ends, 0 when it doesn't: read backwards, once. */
function tagEnds(read) {
  const ends = [];
  let [plain, double, single] = [0, 0, 0];
  for (const token of [...read.matchAll(TOKEN)].reverse()) {
    const [sign] = token;
    const opens = sign.length > 1;
    if (sign === ">") {
      plain = token.index + 1;
    } else if (sign === "<") {
      if (/[/!?A-Za-z]/.test(read[token.index + 1] ?? "")) ends.push([token.index, plain]);
      plain = 0;
    } else if (sign.endsWith('"')) {
      [plain, double] = [opens ? double : plain, plain];
    } else {
      [plain, single] = [opens ? single : plain, plain];
    }
  }
  return ends;
}
