"""Business hours by the clock of their place."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contactcenter.dashboard import opening
from routing.models import BusinessHours, Holiday, Opening

BERLIN, SYDNEY, KATHMANDU = "Europe/Berlin", "Australia/Sydney", "Asia/Kathmandu"
MONDAY, SUNDAY = 0, 6

pytestmark = pytest.mark.django_db


def hours(zone: str, *openings: tuple[int, int, int]) -> BusinessHours:
    row = BusinessHours.objects.create(name=zone, zone=zone)
    for weekday, opens, closes in openings:
        Opening.objects.create(hours=row, weekday=weekday, opens=time(opens), closes=time(closes))
    return row


def at(year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def test_open_from_the_first_moment_and_closed_at_the_last() -> None:
    row = hours("UTC", (MONDAY, 9, 17))
    assert not row.is_open(at(2026, 11, 23, 8, 59, 59))
    assert row.is_open(at(2026, 11, 23, 9))
    assert row.is_open(at(2026, 11, 23, 16, 59, 59))
    assert not row.is_open(at(2026, 11, 23, 17))
    assert not row.is_open(at(2026, 11, 24, 10))


def test_a_day_may_have_several_openings() -> None:
    row = hours("UTC", (MONDAY, 8, 12), (MONDAY, 13, 17))
    assert [row.is_open(at(2026, 11, 23, hour)) for hour in (7, 8, 11, 12, 13, 16, 17)] == [
        *(False, True, True, False, True, True, False)
    ]


def test_until_midnight_it_is_open_to_the_last_moment() -> None:
    row = BusinessHours.objects.create(name="Always", zone="UTC")
    for weekday in range(7):
        Opening.objects.create(hours=row, weekday=weekday, opens=time(0), closes=time(23, 59, 59))
    midnight = at(2026, 11, 24, 0)
    for microseconds in (-1_000_000, -999_999, -1, 0):
        moment = midnight + timedelta(microseconds=microseconds)
        assert row.is_open(moment)
        assert opening(row, moment).startswith("open until")
    Opening.objects.update(closes=time(23, 59, 58))
    assert not row.is_open(midnight - timedelta(seconds=1))


@pytest.mark.parametrize(("day", "opens_at_utc"), [(date(2026, 3, 23), 8), (date(2026, 3, 30), 7)])
def test_summer_time_moves_the_opening_with_the_local_clock(day: date, opens_at_utc: int) -> None:
    row = hours(BERLIN, (MONDAY, 9, 17))
    assert not row.is_open(at(day.year, day.month, day.day, opens_at_utc - 1, 59, 59))
    assert row.is_open(at(day.year, day.month, day.day, opens_at_utc))
    assert not row.is_open(at(day.year, day.month, day.day, opens_at_utc + 8))


def test_the_hour_that_comes_twice_is_open_both_times() -> None:
    row = hours(BERLIN, (SUNDAY, 2, 3))
    assert [row.is_open(at(2026, 10, 25, hour, 30)) for hour in (23, 0, 1, 2)][1:] == [True, True, False]
    assert not row.is_open(at(2026, 10, 24, 23, 30))


def test_the_hour_that_is_left_out_never_comes() -> None:
    row = hours(BERLIN, (SUNDAY, 2, 3))
    assert not any(row.is_open(at(2026, 3, 29, hour, minute)) for hour in range(4) for minute in (0, 30, 59))


def test_the_weekday_is_the_local_one() -> None:
    row = hours(SYDNEY, (MONDAY, 0, 9))
    assert row.is_open(at(2026, 11, 22, 14))  # Monday 01:00 in Sydney, Sunday in UTC
    assert not row.is_open(at(2026, 11, 23, 14))


def test_zones_with_odd_minutes() -> None:
    row = hours(KATHMANDU, (MONDAY, 9, 10))  # UTC+05:45
    assert not row.is_open(at(2026, 11, 23, 3, 14))
    assert row.is_open(at(2026, 11, 23, 3, 15))


def test_a_holiday_closes_the_whole_local_day() -> None:
    row = hours(SYDNEY, *((day, 0, 23) for day in range(7)))
    Holiday.objects.create(hours=row, date=date(2026, 12, 25), name="Christmas")
    assert not row.is_open(at(2026, 12, 24, 14))  # 25 December 01:00 in Sydney
    assert row.is_open(at(2026, 12, 24, 11))  # 24 December 22:00
    assert row.is_open(at(2026, 12, 25, 14))  # 26 December 01:00


def test_without_openings_it_is_closed() -> None:
    assert not hours("UTC").is_open(at(2026, 11, 23, 12))


def test_an_opening_never_closes_before_it_opens() -> None:
    row = hours("UTC")
    with pytest.raises(IntegrityError), transaction.atomic():
        Opening.objects.create(hours=row, weekday=MONDAY, opens=time(17), closes=time(9))


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValidationError):
        BusinessHours(name="x", zone="Europe/Nowhere").full_clean()
