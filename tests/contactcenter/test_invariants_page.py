"""The administration's page of invariants, and the line on its first page."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from redis import Redis

from agents.models import User
from chats.models import Chat, Seat
from contactcenter import invariants, tasks


@pytest.fixture
def page(alice_with_carol: Seat, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def line(client: Client) -> dict[str, object]:
    return client.get(reverse("admin:figures")).json()["system"][1]


def test_before_the_first_check(page: Client) -> None:
    shown = page.get(reverse("admin:invariants")).content.decode()
    assert "Not checked yet." in shown
    assert all(each.key in shown for each in invariants.INVARIANTS)
    assert line(page)["text"] == "not checked yet"


def test_what_holds_and_what_is_broken(page: Client) -> None:
    assert tasks.check_invariants() == 0
    assert "Last checked" in page.get(reverse("admin:invariants")).content.decode()
    assert line(page)["ok"] is True
    Chat.objects.update(state="queued")
    assert tasks.check_invariants() > 0
    shown = page.get(reverse("admin:invariants")).content.decode()
    assert str(Chat.objects.get().pk) in shown
    assert line(page)["ok"] is False
    assert "broken" in str(line(page)["text"])
    assert reverse("admin:invariants") in page.get(reverse("admin:index")).content.decode()


def test_a_check_that_takes_too_long_says_so(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = invariants.INVARIANTS[0]._replace(query="SELECT 'x'::text FROM pg_sleep(9) WHERE %(since)s IS NOT NULL")
    monkeypatch.setattr(invariants, "INVARIANTS", (slow,))
    monkeypatch.setattr(invariants, "LONGEST", 1)
    assert invariants.look().unfinished == 1
    assert "took too long" in page.get(reverse("admin:invariants")).content.decode()


@pytest.fixture
def plays() -> Iterator[Redis]:
    """The broker, with nothing in the queue of what takes long."""
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.delete("plays")
        yield redis
        redis.delete("plays")


def test_asking_for_a_check(page: Client, plays: Redis) -> None:
    answer = page.post(reverse("admin:invariants"), follow=True)
    assert "The check was started" in answer.content.decode()
    again = page.post(reverse("admin:invariants"), follow=True)
    assert "on its way already" in again.content.decode()
    assert plays.llen("plays") == 1


def test_when_the_check_is_over_another_one_may_be_asked_for(page: Client, plays: Redis) -> None:
    page.post(reverse("admin:invariants"))
    tasks.check_invariants()  # the one of every five minutes
    page.post(reverse("admin:invariants"))
    assert plays.llen("plays") == 1
    tasks.check_invariants(True)
    page.post(reverse("admin:invariants"))
    assert plays.llen("plays") == 2


def test_it_is_for_administrators(page: Client, alice_with_carol: Seat, plays: Redis) -> None:
    page.force_login(alice_with_carol.agent.user)
    assert page.get(reverse("admin:invariants")).status_code in (302, 403)
    clerk = User.objects.create_user("clerk", is_staff=True)
    page.force_login(clerk)
    assert [page.get(reverse("admin:invariants")).status_code, page.post(reverse("admin:invariants")).status_code] == [
        403,
        403,
    ]
    assert (plays.llen("plays"), line(page)["href"]) == (0, "")
    clerk.user_permissions.add(Permission.objects.get(codename="check_invariants"))
    assert page.post(reverse("admin:invariants")).status_code == 302
    assert (plays.llen("plays"), line(page)["href"]) == (1, reverse("admin:invariants"))
    page.logout()
    assert page.post(reverse("admin:invariants")).status_code == 302
