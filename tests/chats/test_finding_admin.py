"""Findings by day: every number is right, leads to its facts, and takes the same few queries however many there are."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agents.models import User
from chats.finding_report import MOST_SERIES, OTHERS, Asked, counted
from chats.models import Finding
from tests import cast

LINK = re.compile(r'<a href="([^"]*/finding/\?[^"]+)"[^>]*>([\d,]+)(?: findings)?</a>')
TODAY = date(2026, 3, 20)


@pytest.fixture
def administrator(house: cast.House, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def found(day: date, **fields: Any) -> None:
    at = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 23, 59))
    usual = {"sender_kind": "customer", "place": "message", "detector": "pan", "action": "masked"}
    Finding.objects.create(at=at, **{**usual, **fields})


@pytest.fixture
def some(house: cast.House) -> None:
    for days in (0, 0, 1, 8, 29):
        found(TODAY - timedelta(days=days), queue=house.queue)
    found(TODAY, queue=house.queue, sender_kind="agent", detector="iban", action="dropped")
    found(TODAY)
    found(TODAY - timedelta(days=30), queue=house.queue)


def address(**query: Any) -> str:
    period = {"since": TODAY - timedelta(days=29), "until": TODAY}
    return reverse("admin:chats_finding_report", query={**period, **query})


@pytest.mark.usefixtures("some")
def test_numbers_of_each_dimension_add_up(house: cast.House) -> None:
    numbers = counted(Asked(TODAY - timedelta(days=29), TODAY, {}))
    assert numbers.total == 7
    assert {sum(number for _value, number in rows) for rows in numbers.sums.values()} == {7}
    assert dict(numbers.sums["queue"]) == {house.queue.pk: 6, None: 1}
    assert dict(numbers.sums["sender_kind"]) == {"customer": 6, "agent": 1}
    assert (numbers.series, len(numbers.slots)) == (["customer", "agent"], 30)
    assert (numbers.slots[-1].parts, numbers.slots[-2].parts, numbers.slots[0].parts) == ([3, 1], [1, 0], [1, 0])


@pytest.mark.usefixtures("some")
def test_a_long_period_is_shown_in_weeks() -> None:
    numbers = counted(Asked(TODAY - timedelta(days=99), TODAY, {}))
    assert [(slot.until - slot.since).days for slot in numbers.slots] == [6] * 14 + [1]
    assert sum(sum(slot.parts) for slot in numbers.slots) == numbers.total == 8


def test_rare_values_share_one_colour(house: cast.House) -> None:
    for nth in range(MOST_SERIES + 2):
        for _ in range(nth + 1):
            found(TODAY, detector=f"custom:{nth}")
    numbers = counted(Asked(TODAY, TODAY, {}, "detector"))
    assert (len(numbers.series), numbers.series[-1]) == (MOST_SERIES, OTHERS)
    assert (sum(numbers.slots[0].parts), numbers.slots[0].parts[-1]) == (28, 1 + 2 + 3)


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize(
    "only", [{}, {"detector": "pan"}, {"sender_kind": "agent"}, {"action": "masked"}, {"queue": 0}]
)
@pytest.mark.parametrize("split", ["sender_kind", "queue"])
def test_every_number_leads_to_as_many_facts(
    administrator: Client, house: cast.House, only: dict[str, Any], split: str
) -> None:
    chosen = {"queue": house.queue.pk} if "queue" in only else only
    page = administrator.get(address(split=split, **chosen)).content.decode()
    links = LINK.findall(page)
    assert len(links) > 5
    for href, number in links:
        facts = administrator.get(href.replace("&amp;", "&"))
        assert facts.context["cl"].result_count == int(number), href


def test_nothing_found_and_wrong_questions(administrator: Client) -> None:
    assert "Nothing was found." in administrator.get(reverse("admin:chats_finding_report")).content.decode()
    for wrong in (
        {"since": "x"},
        {"since": "2026-04-01"},
        {"since": "1990-01-01"},
        {"detector": "'--"},
        {"split": "at"},
    ):
        answer = administrator.get(address(**wrong))
        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode()


def test_as_many_queries_for_many_findings(administrator: Client, house: cast.House) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            administrator.get(address())
        return len(caught)

    found(TODAY)
    queries()
    few = queries()
    for n in range(20):
        found(TODAY - timedelta(days=n), queue=cast.new_queue(f"Queue {n}"), detector=f"custom:{n}")
    assert queries() == few


def test_only_who_may_see_findings(house: cast.House, client: Client) -> None:
    client.force_login(User.objects.create_user("reader", is_staff=True))
    assert client.get(reverse("admin:chats_finding_report")).status_code == 403


def test_the_way_there(administrator: Client) -> None:
    report = reverse("admin:chats_finding_report")
    for page in ("admin:index", "admin:chats_finding_changelist"):
        assert f'href="{report}"' in administrator.get(reverse(page)).content.decode()


@pytest.mark.parametrize("url", ["admin:chats_finding_report", "admin:chats_custompattern_try"])
def test_the_box_to_try_shows_what_would_be_stored_and_never_the_number(administrator: Client, url: str) -> None:
    page = administrator.post(reverse(url), {"text": f"my card is {cast.CARD}"}).content.decode()
    assert cast.MASKED_CARD in page
    assert cast.CARD not in page
    wrong = administrator.post(reverse("admin:chats_custompattern_try"), {"text": cast.CARD, "pattern": "("})
    assert "can&#x27;t be read" in wrong.content.decode()
    assert cast.CARD not in wrong.content.decode()
    assert not Finding.objects.exists()


def test_a_finding_knows_its_queue(house: cast.House, carol_chat: Any) -> None:
    cast.customer_says(carol_chat, cast.CARD)
    assert Finding.objects.get().queue == house.queue


def test_the_list_of_sections_marks_one_entry_as_current(administrator: Client) -> None:
    page = administrator.get(reverse("admin:chats_finding_report")).content.decode()
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', page) == [reverse("admin:chats_finding_report")]
