"""Findings counted by day, queue, detector and direction: one query, however many there are."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from chats.models import Finding

DIMENSIONS = ("sender_kind", "detector", "queue", "action")
MOST_DAYS = 366
MOST_SINGLE_DAYS = 92
"""A longer period is shown in weeks."""
MOST_SERIES = 5
OTHERS = "others"
NICE = (1, 2, 4, 5, 10)


class Asked(NamedTuple):
    """Both days belong to the period; `only` holds the dimensions that are kept to one value."""

    since: date
    until: date
    only: dict[str, Any]
    split: str = "sender_kind"


class Slot(NamedTuple):
    """A day or a week of the period, with how many findings of each series."""

    since: date
    until: date
    parts: list[int]


class Counted(NamedTuple):
    """`series`: the values that have a colour of their own, the most frequent first; OTHERS stands for the rest.

    `sums` has for each dimension its values with their number, the most frequent first; they add up to `total`.
    """

    total: int
    series: list[Any]
    slots: list[Slot]
    sums: dict[str, list[tuple[Any, int]]]

    @property
    def top(self) -> int:
        """A round number that no slot exceeds; 0 where nothing was found."""
        most = max((sum(slot.parts) for slot in self.slots), default=0)
        if not most:
            return 0
        power = 10 ** (len(str(most)) - 1)
        return next(nice * power for nice in NICE if nice * power >= most)


def moment(day: date) -> datetime:
    """When the day begins in the server's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def counted(asked: Asked) -> Counted:
    """The numbers of the period."""
    found = Finding.objects.filter(at__gte=moment(asked.since), at__lt=moment(asked.until + timedelta(days=1)))
    by_day = TruncDate("at", tzinfo=timezone.get_default_timezone())
    rows = found.filter(**asked.only).annotate(day=by_day).values_list("day", *DIMENSIONS)
    sums: dict[str, Counter[Any]] = {name: Counter() for name in DIMENSIONS}
    days: Counter[tuple[date, Any]] = Counter()
    for day, *values, number in rows.annotate(n=Count("*")).order_by():
        for name, value in zip(DIMENSIONS, values, strict=True):
            sums[name][value] += number
        days[day, values[DIMENSIONS.index(asked.split)]] += number
    ranked = {name: sorted(sums[name].items(), key=lambda each: (-each[1], str(each[0]))) for name in DIMENSIONS}
    series = _series([value for value, _number in ranked[asked.split]])
    return Counted(
        total=sum(days.values()),
        series=series,
        slots=_slots(asked, days, series),
        sums=ranked,
    )


def _series(values: Sequence[Any]) -> list[Any]:
    return list(values) if len(values) <= MOST_SERIES else [*values[: MOST_SERIES - 1], OTHERS]


def _periods(since: date, until: date) -> list[tuple[date, date]]:
    """Single days, or weeks of which the last may be shorter."""
    length = 1 if (until - since).days < MOST_SINGLE_DAYS else 7
    count = -(-((until - since).days + 1) // length)
    starts = [since + timedelta(days=length * n) for n in range(count)]
    return [(start, min(until, start + timedelta(days=length - 1))) for start in starts]


def _slots(asked: Asked, days: Counter[tuple[date, Any]], series: list[Any]) -> list[Slot]:
    periods = _periods(asked.since, asked.until)
    slots = [Slot(since, until, [0] * len(series)) for since, until in periods]
    length = (periods[0][1] - periods[0][0]).days + 1
    for (day, value), number in days.items():
        place = series.index(value) if value in series else len(series) - 1
        slots[(day - asked.since).days // length].parts[place] += number
    return slots
