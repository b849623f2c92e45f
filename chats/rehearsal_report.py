"""What came of what-if runs, side by side: a table of the day, a chart for each figure by hour, and the numbers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chats.models import Rehearsal
from chats.rehearsing import AS_IS, CHANGED, RECORDED
from lib.charts import Chart, Series, bars
from routing.explanation import duration

LOOKS = {RECORDED: "look-hatched", AS_IS: "look-plain", CHANGED: "look-main"}
MORE_LOOKS = ("look-main", "look-second", "look-third", "look-plain")


class Column(NamedTuple):
    """One way the day went, or might have gone."""

    name: str
    look: str
    found: Mapping[str, Any]


def _seconds(value: float) -> str:
    return duration(value)


def _share(value: float) -> str:
    percent = round(100 * value, 1)
    return f"{formats.number_format(percent, decimal_pos=0 if percent.is_integer() else 1)} %"


def _count(value: float) -> str:
    return formats.number_format(value, decimal_pos=0, force_grouping=True)


class Figure(NamedTuple):
    """A figure: its name, how it is said, and whether more of it is better (None: neither)."""

    name: Promise
    words: Callable[[float], str]
    more: bool | None


FIGURES: dict[str, Figure] = {
    "contacts": Figure(gettext_lazy("Chats that came"), _count, None),
    "answered": Figure(gettext_lazy("Answered"), _count, True),
    "wait": Figure(gettext_lazy("Average wait"), _seconds, False),
    "wait_p50": Figure(gettext_lazy("Wait, half below"), _seconds, False),
    "wait_p95": Figure(gettext_lazy("Wait, 95 % below"), _seconds, False),
    "service_level": Figure(gettext_lazy("Service level"), _share, True),
    "occupancy": Figure(gettext_lazy("Occupancy"), _share, None),
    "rona": Figure(gettext_lazy("RONA"), _count, False),
}
CHARTS = ("wait_p50", "wait_p95", "service_level", "occupancy", "rona", "contacts")


def report(run: Rehearsal) -> dict[str, Any]:
    """The run: recorded, played as it was set, played with the changes."""
    names = {RECORDED: _("Recorded"), AS_IS: _("Played as it is"), CHANGED: _("Played with the changes")}
    found = run.result["columns"]
    return _report(run, [Column(name, LOOKS[key], found[key]) for key, name in names.items()])


def comparison(runs: Sequence[Rehearsal]) -> dict[str, Any]:
    """Runs of one day: what was recorded, and each with its changes."""
    first = runs[0]
    columns = [Column(_("Recorded"), LOOKS[RECORDED], first.result["columns"][RECORDED])]
    columns += [Column(str(run), MORE_LOOKS[n], run.result["columns"][CHANGED]) for n, run in enumerate(runs)]
    return _report(first, columns)


def _report(run: Rehearsal, columns: list[Column]) -> dict[str, Any]:
    hours = _hours(run, columns)
    contacts, agents = run.result["contacts"], run.result["agents"]
    chats = ngettext("%(n)s contact", "%(n)s contacts", contacts) % {"n": _count(contacts)}
    people = ngettext("%(n)s agent", "%(n)s agents", agents) % {"n": _count(agents)}
    return {
        "note": f"{formats.date_format(run.day, 'DATE_FORMAT')}: {chats}, {people}",
        "columns": columns,
        "rows": [{"name": figure.name, "cells": _cells(key, figure, columns)} for key, figure in FIGURES.items()],
        "charts": [_chart(key, columns, hours) for key in CHARTS],
        "tables": [{"title": FIGURES[key].name, "rows": _rows(key, columns, hours)} for key in CHARTS],
    }


def _hours(run: Rehearsal, columns: list[Column]) -> list[tuple[int, str]]:
    """The hours from the first to the last in which anything happened, with their labels."""
    everybody = [column.found["hours"] for column in columns]
    busy = [
        n for n in range(len(everybody[0])) if any(each[n]["contacts"] or each[n]["occupancy"] for each in everybody)
    ]
    if not busy:
        return []
    start = run.result["start"]
    zone = timezone.get_default_timezone()
    labels = [datetime.fromtimestamp(start + 3600 * n, zone) for n in range(len(everybody[0]))]
    return [(n, f"{labels[n]:%H}") for n in range(busy[0], busy[-1] + 1)]


def _cells(key: str, figure: Figure, columns: list[Column]) -> list[dict[str, str]]:
    """The figure of every column; from the third on compared with the second, in words of colour."""
    values = [column.found["figures"][key] for column in columns]
    cells = []
    for n, value in enumerate(values):
        kind, text = "", figure.words(value)
        if n >= 2 and figure.more is not None and figure.words(values[1]) != text:
            better = (value > values[1]) == figure.more
            kind, text = ("better", f"▲ {text}") if better else ("worse", f"▼ {text}")
        cells.append({"text": text, "kind": kind})
    return cells


def _chart(key: str, columns: list[Column], hours: list[tuple[int, str]]) -> Chart:
    series = [Series(column.name, column.look, [_value(key, column, n) for n, _label in hours]) for column in columns]
    return bars(str(FIGURES[key].name), [label for _n, label in hours], series, FIGURES[key].words)


def _rows(key: str, columns: list[Column], hours: list[tuple[int, str]]) -> list[dict[str, Any]]:
    rows = []
    for n, label in hours:
        values = [_value(key, column, n) for column in columns]
        rows.append({"name": label, "cells": ["–" if value is None else FIGURES[key].words(value) for value in values]})
    return rows


def _value(key: str, column: Column, hour: int) -> float | None:
    """The figure of the hour; None where nobody came, so that an empty hour doesn't look like a bad one."""
    found = column.found["hours"][hour]
    needs = {"wait_p50": "answered", "wait_p95": "answered", "service_level": "contacts"}.get(key)
    return None if needs and not found[needs] else found[key]
