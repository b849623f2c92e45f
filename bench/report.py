"""The table for people and the file for machines."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bench import pci
from bench.messages import Stretch
from bench.run import Found
from bench.servers import TITLES
from bench.sockets import Crowd

Row = tuple[str, ...]
GAP = "–"
FIRST, OTHER, RATIO = 42, 24, 26


def middle(values: Iterable[float | None]) -> float | None:
    """The median of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def of(stretches: Iterable[Stretch], server: str, kind: str, rate: float = 0.0) -> list[Stretch]:
    """The rounds of one server, one kind and one rate."""
    return [each for each in stretches if (each.server, each.kind, each.rate) == (server, kind, rate)]


def ratio(stretches: Sequence[Stretch], server: str) -> dict[str, float] | None:
    """Ours against a yardstick in closed loop, round by round: median, least and most."""
    pairs = zip(of(stretches, "ours", "closed"), of(stretches, server, "closed"), strict=False)
    ratios = [ours.per_second / theirs.per_second for ours, theirs in pairs if theirs.per_second]
    if not ratios:
        return None
    return {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}


def summary(found: Found, names: Sequence[str]) -> dict[str, Any]:
    """The figures by name, as the table shows them."""
    return {
        "ratio": {name: ratio(found.stretches, name) for name in names if name != "ours"},
        "rows": [list(row) for row in _rows(found.stretches, found.crowds, names)],
    }


def table(found: Found, names: Sequence[str]) -> str:
    """The table: one row a figure, one column a server, ratios beside; below it what has no servers."""
    lines: list[str] = []
    if found.stretches or found.crowds:
        others = [name for name in names if name != "ours"] if "ours" in names else []
        heads = ["", *names, *(f"ours / {name}" for name in others)]
        widths = [FIRST, *(OTHER for _ in names), *(RATIO for _ in others)]
        lines += [_line(heads, widths), "-" * sum(widths)]
        lines += [_line(row, widths) for row in _rows(found.stretches, found.crowds, names)]
        lines += ["", *(f"{name}: {TITLES[name]}" for name in names)]
    if found.routing:
        lines += ["", "chats given out a second", *map(_routing_words, found.routing)]
    if found.offers:
        lines += ["", "from getting free to the next request on the socket", f"  {found.offers.words()}"]
    if found.pci:
        lines += ["", "card and personal data, one core", *pci.in_words(found.pci)]
    return "\n".join(lines)


def _routing_words(row: dict[str, Any]) -> str:
    late = "; ".join(f"{name}: {', '.join(each)}" for name, each in row["order"].items())
    by = "1 process" if row["processes"] == 1 else f"{row['processes']} processes"
    return (
        f"  {row['house']}, {by}: {row['ours']:,.0f}, the plain ORM {row['plain']:,.0f}: "
        f"× {row['ratio']:.1f} (offered {late})"
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) if first else cell.rjust(width) for cell, width, first in _placed(cells, widths)]
    return "".join(padded).rstrip()


def _placed(cells: Sequence[str], widths: Sequence[int]) -> Iterable[tuple[str, int, bool]]:
    return ((cell, width, number == 0) for number, (cell, width) in enumerate(zip(cells, widths, strict=False)))


def _rows(stretches: Sequence[Stretch], crowds: Sequence[Crowd], names: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    if any(each.kind == "closed" for each in stretches):
        rows += _closed_rows(stretches, names)
    for rate in sorted({each.rate for each in stretches if each.kind == "open"}):
        rows += _open_rows(stretches, names, rate)
    for size in sorted({each.sockets for each in crowds if each.kind == "idle"}):
        rows += _idle_rows(crowds, names, size)
    for size in sorted({each.sockets for each in crowds if each.kind == "storm"}):
        rows += _storm_rows(crowds, names, size)
    return rows


def _closed_rows(stretches: Sequence[Stretch], names: Sequence[str]) -> list[Row]:
    def row(title: str, value: Callable[[Stretch], float | None], form: str = "{:,.0f}") -> Row:
        return title, *(_number(middle(map(value, of(stretches, name, "closed"))), form) for name in names)

    ratios = [ratio(stretches, name) for name in names if name != "ours" and "ours" in names]
    shown = ["× {median:.2f} ({least:.2f}–{most:.2f})".format(**each) if each else GAP for each in ratios]
    return [
        (*row("closed loop: durable messages/s", lambda each: each.per_second), *shown),
        _three("  send → own ack, p50 / p95 / p99 ms", names, lambda name: of(stretches, name, "closed"), "ack_ms"),
        *_cost_rows(row),
    ]


def _cost_rows(row: Callable[..., Row]) -> list[Row]:
    return [
        row("  CPU a message: server, µs", lambda each: each.cpu_us.get("server")),
        row("  CPU a message: PostgreSQL, µs", lambda each: each.cpu_us.get("postgres")),
        row("  CPU a message: Redis, µs", lambda each: each.cpu_us.get("redis")),
        row("  CPU of the load process, % of a core", lambda each: each.load_share * 100),
        row("  lines that overtook another", lambda each: each.overtaken),
    ]


def _open_rows(stretches: Sequence[Stretch], names: Sequence[str], rate: float) -> list[Row]:
    def rounds(name: str) -> list[Stretch]:
        return of(stretches, name, "open", rate)

    def row(title: str, value: Callable[[Stretch], float | None], form: str = "{:,.0f}") -> Row:
        return title, *(_number(middle(map(value, rounds(name))), form) for name in names)

    return [
        (f"open loop at {rate:,.0f}/s: rounds within reach", *(str(len(rounds(name))) for name in names)),
        _three("  due → own ack, p50 / p95 / p99 ms", names, rounds, "ack_ms"),
        _three("  due → on the other socket, ms", names, rounds, "arrival_ms"),
        _three("  load process late, ms", names, rounds, "lateness_ms"),
        *_cost_rows(row),
    ]


def _three(title: str, names: Sequence[str], rounds: Callable[[str], list[Stretch]], what: str) -> Row:
    cells = []
    for name in names:
        values = [middle(getattr(each, what).get(part) for each in rounds(name)) for part in ("p50", "p95", "p99")]
        cells.append(" / ".join(_number(value, "{:,.1f}" if (value or 0) < 100 else "{:,.0f}") for value in values))
    return title, *cells


def _idle_rows(crowds: Sequence[Crowd], names: Sequence[str], size: int) -> list[Row]:
    found = {each.server: each for each in crowds if (each.kind, each.sockets) == ("idle", size)}
    return [
        (f"{size:,} idle sockets: KiB each", *(_of(found, name, "kib_each", "{:,.1f}") for name in names)),
        ("  opened in s", *(_of(found, name, "seconds", "{:,.1f}") for name in names)),
    ]


def _storm_rows(crowds: Sequence[Crowd], names: Sequence[str], size: int) -> list[Row]:
    found = {each.server: each for each in crowds if (each.kind, each.sockets) == ("storm", size)}
    return [
        (f"{size:,} sockets back after a loss: all in s", *(_of(found, name, "seconds", "{:,.1f}") for name in names)),
        ("  half of them in s", *(_number(_half(found.get(name)), "{:,.1f}") for name in names)),
        ("  sent away and tried again, times", *(_of(found, name, "retries", "{:,.0f}") for name in names)),
        ("  CPU of the server, s", *(_of(found, name, "cpu_s", "{:,.1f}") for name in names)),
    ]


def _half(crowd: Crowd | None) -> float | None:
    """Seconds after which half of a crowd was back."""
    return crowd.each_ms["p50"] / 1000 if crowd is not None and crowd.each_ms else None


def _of(found: dict[str, Crowd], name: str, what: str, form: str) -> str:
    return _number(getattr(found[name], what), form) if name in found else GAP


def _number(value: float | None, form: str) -> str:
    return GAP if value is None else form.format(value)
