// From entries to what stands on the screen: days, the folded chatbot part, groups of one speaker, system lines, whispers.

const HIDDEN = new Set(["amended"]);
const TOGETHER = 120_000;

/** The entries of both streams in the order of the screen: a staff line stands after the public line it follows. */
function merged(entries, staff) {
  const lines = entries
    .filter((entry) => !HIDDEN.has(entry.kind))
    .map((entry) => ({entry, staff: false, at: entry.seq}));
  const aside = staff
    .filter((entry) => !HIDDEN.has(entry.kind))
    .map((entry) => ({entry, staff: true, at: entry.data?.follows ?? 0}));
  return [...lines, ...aside].sort(
    (a, b) => a.at - b.at || Number(a.staff) - Number(b.staff) || a.entry.seq - b.entry.seq,
  );
}

/** How many of the first lines belong to the chatbot: all up to its last message, none if it never spoke. */
function botPart(lines) {
  return lines.findLastIndex(({entry, staff}) => !staff && entry.kind === "message" && entry.sender.kind === "bot") + 1;
}

function sameDay(a, b) {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function speaker(entry, isOwn) {
  const {kind} = entry.sender;
  return {
    from: kind === "bot" ? "bot" : kind === "customer" ? "customer" : "agent",
    own: isOwn(entry),
    name: entry.sender.name,
    id: entry.sender.id,
  };
}

function grouped(lines, isOwn, {days = true} = {}) {
  const items = [];
  let day = null;
  for (const {entry, staff} of lines) {
    if (days && (day === null ? !sameDay(entry.at, Date.now()) : !sameDay(entry.at, day))) {
      items.push({type: "day", key: `d${entry.seq}${staff ? "s" : ""}`, at: entry.at});
    }
    day = entry.at;
    const last = items.at(-1);
    if (staff) items.push({type: entry.kind === "whisper" ? "whisper" : "system", key: `s${entry.seq}`, entry});
    else if (entry.kind !== "message") items.push({type: "system", key: `p${entry.seq}`, entry});
    else {
      const by = speaker(entry, isOwn);
      const goesOn =
        last?.type === "talk" &&
        last.from === by.from &&
        last.id === by.id &&
        Date.parse(entry.at) - Date.parse(last.entries.at(-1).at) < TOGETHER;
      if (goesOn) last.entries.push(entry);
      else items.push({type: "talk", key: `p${entry.seq}`, at: entry.at, entries: [entry], ...by});
    }
  }
  return items;
}

function folded(lines, isOwn) {
  const talk = lines.map(({entry}) => entry).filter((entry) => entry.kind === "message");
  return {
    type: "fold",
    key: "fold",
    from: talk[0].at,
    to: talk.at(-1).at,
    count: talk.length,
    asked: talk
      .filter((entry) => entry.sender.kind === "customer")
      .map((entry) => entry.text)
      .filter(Boolean)
      .slice(-2),
    items: grouped(lines, isOwn, {days: false}),
  };
}

/** What the transcript shows, in order; `isOwn(entry)` tells the reader's own lines. */
export function arrange({entries, staff, isOwn}) {
  const lines = merged(entries, staff);
  const bot = botPart(lines);
  const items = grouped(lines.slice(bot), isOwn);
  return bot ? [folded(lines.slice(0, bot), isOwn), ...items] : items;
}
