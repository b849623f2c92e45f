"""What happened, in numbers: a plain dictionary for --json, a table and sentences for people."""

import math
from collections.abc import Sequence
from typing import Any

from contactcenter.simulator.tally import Tally

Figures = dict[str, Any]
SHOWN_PROBLEMS = 20
OUTSIDE = "of other people's chats"


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of the values doesn't exceed; None without values."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def spread(values: Sequence[float], unit: float) -> Figures:
    """Median, p95 and p99 in this unit (1 seconds, 0.001 milliseconds), rounded to 0.1; None without values."""
    figures: Figures = {"count": len(values)}
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        value = percentile(values, share)
        figures[name] = None if value is None else round(value / unit, 1)
    return figures


def figures(tally: Tally) -> Figures:
    """All the run's numbers; `ok` says whether everything sent is acknowledged and verified and every chat is over.

    A lapse is seen by agents (they are in RONA) and by customers (back in the queue). Either may miss one: who is
    offered to the next agent at once never saw himself back. The larger count is given.
    """
    count, ours = tally.count, tally.ours
    unanswered = sum(len(record.unanswered) for record in tally.chats.values())
    outside = sum(len(record.said) for record in tally.chats.values() if record.token is None)
    return {
        "ok": not (tally.problems or unanswered or count["refused"])
        and count["verified"] + outside == count["acknowledged"],
        "chats": {
            "started": count["started"],
            "answered": count["answered"],
            "lapsed": max(count["rona"], count["came back"]),
            "ended": count["final"],
            "abandoned": count["abandoned"],
            "not final": len(ours) - count["final"],
            "refused at the door": count["refused at the door"],
            "stayed away": count["stayed away"],
        },
        "agents": {
            "offers accepted": count["accepted"],
            "offers ignored": count["offers ignored"],
            "times in RONA": count["rona"],
            "chats ended": count["ended by agents"],
            "transfers asked for": count["transfers asked for"],
            "wrap-ups": count["wrapped up"],
            "desks taken over": count["desks taken over"],
        },
        "messages": {
            "sent": count["sent"],
            "acknowledged": count["acknowledged"],
            "verified": count["verified"],
            OUTSIDE: outside,
            "unanswered": unanswered,
            "too late": count["too late"],
            "discarded by policy": count["discarded by policy"],
            "refused": count["refused"],
            "masked": count["masked"],
            "frames sent again": count["frames sent again"],
            "answered as duplicate": count["duplicate answers"],
            "lines without an answer in time": count["lines without an answer in time"],
        },
        "connections": {
            "hellos": count["hellos"],
            "lost": {name[7:]: number for name, number in sorted(count.items()) if name.startswith("closed ")},
            "holes mended": count["holes mended"],
        },
        "wait_s": spread(tally.waits, 1),
        "round_trip_ms": spread(tally.trips, 0.001),
        "errors": dict(sorted(tally.errors.items())),
        "asked_to_wait": {where: round(seconds, 1) for where, seconds in sorted(tally.held_up.items())},
        "notes": tally.notes,
        "problems": tally.problems,
    }


def table(numbers: Figures) -> str:
    """The numbers for a terminal, one group a block; a row that is 0 is left out where 0 goes without saying."""
    lines: list[str] = []
    for group, always in (("chats", 5), ("agents", 3), ("messages", 3)):
        lines.append(group)
        lines += [
            f"  {name:<32}{value:>9}"
            for place, (name, value) in enumerate(numbers[group].items())
            if value or place < always
        ]
    lines += ["times" + " " * 29 + f"{'p50':>9}{'p95':>9}{'p99':>9}{'count':>9}"]
    lines.append(_times("wait for an agent, s", numbers["wait_s"]))
    lines.append(_times("message round trip, ms", numbers["round_trip_ms"]))
    lines.append("errors by code")
    lines += [f"  {code:<32}{number:>9}" for code, number in numbers["errors"].items()] or ["  none"]
    lost = numbers["connections"]["lost"]
    if lost:
        lines.append("connections lost: " + ", ".join(f"{number} with {code}" for code, number in lost.items()))
    for where, seconds in numbers["asked_to_wait"].items():
        lines.append(f"The server asked to slow down ({where}): waits of {seconds:g} s in all, obeyed.")
    lines += [f"Note: {note}" for note in numbers["notes"]]
    return "\n".join(lines)


def verdict(numbers: Figures) -> str:
    """The last word: that all is well, or plainly what is not."""
    messages, chats, problems = numbers["messages"], numbers["chats"], numbers["problems"]
    if numbers["ok"]:
        return (
            f"All {messages['acknowledged']} acknowledged messages stand in the history, "
            f"all {chats['started']} chats are over."
        )
    lines = [f"- {problem}" for problem in problems[:SHOWN_PROBLEMS]]
    if len(problems) > SHOWN_PROBLEMS:
        lines.append(f"- and {len(problems) - SHOWN_PROBLEMS} more")
    return "\n".join(
        [
            f"Not in order: {messages['unanswered']} messages unanswered, "
            f"{messages['acknowledged'] - messages['verified'] - messages[OUTSIDE]} acknowledged but not verified, "
            f"{messages['refused']} refused, {chats['not final']} chats not over.",
            *lines,
        ]
    )


def progress(tally: Tally, seconds: float, customers: int) -> str:
    """One line for now: how far, who waits, who talks, messages, round trip, errors."""
    ours = tally.ours
    talking = sum(record.answered and not record.ended for record in ours)
    waiting = sum(not record.answered and not record.ended for record in ours)
    trip = spread(tally.trips[-500:], 0.001)["p50"]
    minutes, rest = divmod(int(seconds), 60)
    return (
        f"{minutes:02}:{rest:02}  customers {len(ours)}/{customers}  waiting {waiting}  talking {talking}  "
        f"over {len(ours) - talking - waiting}  messages {tally.count['acknowledged']}/{tally.count['sent']}  "
        f"round trip {'-' if trip is None else trip} ms  errors {sum(tally.errors.values())}"
    )


def _times(name: str, numbers: Figures) -> str:
    cells = "".join(f"{'-' if numbers[key] is None else numbers[key]:>9}" for key in ("p50", "p95", "p99", "count"))
    return f"  {name:<32}{cells}"
