"""The administration's first page, its figures, its sections, and who gets in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import F
from django.test import Client, RequestFactory
from django.urls import reverse

from agents.models import User
from chats.models import Chat, Offer
from contactcenter.admin import SECTIONS
from contactcenter.dashboard import LATE, now, opening
from routing.models import BusinessHours, Holiday, Opening
from tests import cast


@pytest.fixture
def administrator(house: cast.House, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_figures_are_for_administrators(house: cast.House, client: Client, alice: Any) -> None:
    assert client.get(reverse("admin:figures")).status_code == 403
    client.force_login(alice.user)
    assert client.get(reverse("admin:figures")).status_code == 403


def test_an_agent_is_told_that_this_is_not_for_him(client: Client, alice: Any) -> None:
    client.force_login(alice.user)
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.status_code == 403
    assert "for administrators" in answer.content.decode()


def test_a_stranger_goes_to_the_one_login_page_and_comes_back(house: cast.House, client: Client) -> None:
    answer = client.get("/admin/agents/team/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/agents/team/"
    assert client.get("/admin/login/?next=https://evil.example/").headers["Location"] == "/accounts/login/?next=/admin/"
    assert client.post("/admin/login/", {"username": "root", "password": "x"}).status_code == 302


def test_signing_out_here_is_refused_while_work_is_open(client: Client, alice_with_carol: Any) -> None:
    user = alice_with_carol.agent.user
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(user)
    client.post(reverse("admin:logout"))
    assert cast.fresh(alice_with_carol.agent).state == "available"
    assert "_auth_user_id" in client.session


def test_what_waits_is_shown_oldest_first(administrator: Client, house: cast.House) -> None:
    young, old = cast.comes_in(house.entry_point, name="Young").chat, cast.comes_in(house.entry_point, name="Old").chat
    cast.has_waited(young, 5)
    cast.has_waited(old, 125)
    cast.customer_says(old, "is anybody there?")
    shown = administrator.get(reverse("admin:figures")).json()
    (row,) = shown["tables"]["queues"]["rows"]
    assert [cell["text"] for cell in row[:3]] == ["Service", "2", "2:05"]
    assert "late" in row[2]["kind"]
    waiting = shown["tables"]["waiting"]["rows"]
    assert [each[0]["text"] for each in waiting] == ["Old", "Young"]
    assert waiting[0][2]["text"] == "is anybody there?"


def test_the_service_level_counts_who_was_answered_in_time(house: cast.House, alice_available: Any) -> None:
    for _n in range(2):
        cast.takes(cast.comes_in(house.entry_point).chat, alice_available)
    late = cast.comes_in(house.entry_point).chat
    cast.has_waited(late, 61)
    cast.takes(late, alice_available)
    gone = cast.comes_in(house.entry_point).chat
    cast.customer_leaves(gone)
    today = now().today
    assert (today.started, today.answered, today.service_level) == (4, 3, 50.0)


def test_agents_by_state_and_open_work(house: cast.House, alice_with_carol: Any, bob: Any) -> None:
    house_now = now()
    assert house_now.agents == {"available": 1, "offline": 1}
    assert (house_now.open_chats, house_now.in_line) == (1, 0)


def test_findings_of_today_are_shown_without_the_data(administrator: Client, carol_chat: Chat) -> None:
    cast.customer_says(carol_chat, f"my card {cast.CARD}")
    answer = administrator.get(reverse("admin:index")).content.decode()
    assert "card number" in answer
    assert "4111 1111" not in answer


def test_who_may_not_read_chats_sees_none_of_their_words(house: cast.House, client: Client, carol_chat: Chat) -> None:
    cast.customer_says(carol_chat, "where is my parcel?")
    client.force_login(User.objects.create_user("reader", is_staff=True))
    assert "where is my parcel?" not in client.get(reverse("admin:index")).content.decode()
    assert client.get(reverse("admin:figures")).json()["tables"]["waiting"]["rows"] == []


def test_a_stopped_sweep_shows(administrator: Client, carol_chat: Chat, alice_available: Any) -> None:
    assert administrator.get(reverse("admin:figures")).json()["system"][0]["ok"] is True
    cast.time_is_up(cast.live_offer(carol_chat))
    Offer.objects.filter(chat=carol_chat).update(expires_at=F("expires_at") - 2 * LATE)
    assert administrator.get(reverse("admin:figures")).json()["system"][0]["ok"] is False


def test_every_model_has_its_place_in_a_section() -> None:
    placed = [label for _key, _name, labels in SECTIONS for label in labels]
    assert sorted(placed) == sorted(model._meta.label_lower for model in admin.site._registry)


def test_sections_come_in_their_order(rf: RequestFactory, house: cast.House) -> None:
    request = rf.get("/admin/")
    request.user = User.objects.create_superuser("root")
    assert [section["app_label"] for section in admin.site.get_app_list(request)] == [key for key, *_rest in SECTIONS]


MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hour", "day", "words"),
    [
        (9, 23, "open until 12:00"),
        (12, 23, "closed, opens 13:00"),
        (18, 23, "closed, opens Monday 09:00"),
        (9, 24, "closed, opens Monday 09:00"),
        (9, 30, "closed, opens 13:00"),
    ],
)
def test_opening_says_until_or_from_when(hour: int, day: int, words: str) -> None:
    hours = BusinessHours.objects.create(name="H", zone="UTC")
    Opening.objects.create(hours=hours, weekday=0, opens="09:00", closes="12:00")
    Opening.objects.create(hours=hours, weekday=0, opens="13:00", closes="17:00")
    at = MONDAY.replace(day=day, hour=hour)
    if day == 30:
        Opening.objects.filter(opens="09:00").delete()
    assert opening(BusinessHours.objects.get(pk=hours.pk), at) == words


@pytest.mark.django_db
def test_a_holiday_keeps_it_closed() -> None:
    hours = BusinessHours.objects.create(name="H", zone="UTC")
    Opening.objects.create(hours=hours, weekday=0, opens="09:00", closes="12:00")
    Holiday.objects.create(hours=hours, date="2026-11-23", name="Day off")
    assert opening(hours, MONDAY.replace(hour=10)) == "closed, opens Monday 09:00"
    assert opening(None, MONDAY) == "always open"


@pytest.mark.parametrize("number", ["²", "9" * 5_000, "99999999999999999999", "x"])
def test_a_number_in_an_address_that_is_none_does_no_harm(administrator: Client, number: str) -> None:
    assert administrator.get(reverse("admin:chats_rehearsal_compare"), {"runs": f"{number},1"}).status_code == 404
    assert administrator.get(reverse("admin:chats_custompattern_try"), {"pattern": number}).status_code == 200
