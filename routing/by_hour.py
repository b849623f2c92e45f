"""A day's record, hour by hour: the same figures, each of what happened in its hour."""

from collections.abc import Iterable

from routing.whatif import Figures, Record, figures

HOUR = 3600.0


def by_hour(record: Record, start: float, end: float) -> list[Figures]:
    """The figures of every hour from `start` to before `end`, in epoch seconds.

    Waits and service level are of the contacts that came in the hour, RONA of the offers that lapsed in it; occupancy
    is the part of the agents' places in that hour that contacts took.
    """
    hours = []
    while start < end:
        hours.append(_figures(record, start, min(start + HOUR, end)))
        start += HOUR
    return hours


def _figures(record: Record, start: float, end: float) -> Figures:
    answers = [answer for answer in record.answers if start <= answer[0] < end]
    return figures(
        [waited for _came, waited, _in_time in answers],
        contacts=sum(start <= came < end for came in record.came),
        in_time=sum(in_time for _came, _waited, in_time in answers),
        busy=_within(record.kept, start, end),
        places=sum(places * _within([(since, to)], start, end) for since, to, places in record.places),
        rona=sum(start <= at < end for at in record.lapsed),
    )


def _within(spans: Iterable[tuple[float, float]], start: float, end: float) -> float:
    """The seconds of the spans that lie in the hour."""
    return sum(max(0.0, min(to, end) - max(since, start)) for since, to in spans)
