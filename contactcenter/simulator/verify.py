"""Holds what was acknowledged against what history says. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from contactcenter.simulator.tally import ChatRecord

Entry = dict[str, Any]


def check(record: ChatRecord, entries: Sequence[Entry]) -> tuple[int, list[str]]:
    """How many acknowledged messages stand in the history as they should, and a sentence for everything that is wrong.

    Right is: seqs run from 1 without hole; each acknowledged message is there exactly once, at its seq, with the text
    as it was acknowledged or as it was amended later; nothing refused is there; the chat has ended, nothing but
    amendments came after; and the customer has seen live what history holds.
    """
    problems = _order(entries) + _end(entries)
    places = Counter(entry.get("cid") for entry in entries if entry["kind"] == "message")
    by_seq = {entry["seq"]: entry for entry in entries}
    amended = {entry["data"]["of"]: entry.get("text") for entry in entries if entry["kind"] == "amended"}
    verified = 0
    for said in record.said:
        entry = by_seq.get(said.seq)
        if places[said.cid] != 1:
            problems.append(f"message {said.cid} was acknowledged as {said.seq} and stands {places[said.cid]} times")
        elif entry is None or entry.get("cid") != said.cid:
            problems.append(f"message {said.cid} was acknowledged as {said.seq} and stands elsewhere")
        elif entry.get("text") not in (said.text, amended.get(said.seq, said.text)):
            problems.append(f"message {said.seq} has another text than was acknowledged")
        else:
            verified += 1
    problems += [f"message {cid} was refused and stands in the history" for cid in record.refused if places[cid]]
    problems += [f"message {cid} was sent and never answered" for cid in record.unanswered]
    unseen = sorted(seq for seq in by_seq if seq not in record.seen_live)
    if unseen:
        problems.append(f"the customer never got seq {', '.join(map(str, unseen))} over his socket")
    return verified, [f"chat {record.chat}: {problem}" for problem in problems]


def _order(entries: Sequence[Entry]) -> list[str]:
    seqs = [entry["seq"] for entry in entries]
    if seqs == list(range(1, len(seqs) + 1)):
        return []
    return [f"history isn't 1 to {len(seqs)} in order: {seqs}"]


def _end(entries: Sequence[Entry]) -> list[str]:
    kinds = [entry["kind"] for entry in entries]
    if "ended" not in kinds:
        return ["has not ended"]
    late = [kind for kind in kinds[kinds.index("ended") + 1 :] if kind != "amended"]
    return [f"has {', '.join(late)} after its end"] if late else []
