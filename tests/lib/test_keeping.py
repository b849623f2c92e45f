"""What lists are made of is kept: without its last entry a list would mean something else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model, ProtectedError
from django.test import Client
from django.urls import reverse

from agents.models import Team, User
from chats.models import CannedResponse
from routing.models import DesktopProfile, DistributionGroup, Queue
from tests import cast
from wrapup.models import WrapUpCode


def code(house: cast.House, field: str) -> WrapUpCode:
    """A reason with a list."""
    return house.refund


def group(house: cast.House, field: str) -> DistributionGroup:
    """Who else is asked after a minute."""
    return DistributionGroup.objects.create(queue=house.queue, after=60)


def profile(house: cast.House, field: str) -> DesktopProfile:
    """What some teams' desks may do."""
    return DesktopProfile.objects.create(name="Closed")


def sentence(house: cast.House, field: str) -> CannedResponse:
    """A canned response of some queues."""
    return CannedResponse.objects.create(title="Hello", text="Hello")


LISTS = [(code, "queues"), (code, "teams"), (sentence, "queues"), (group, "teams"), (profile, "teams")]


@pytest.fixture
def administrator(house: cast.House, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def deleted(client: Client, rows: list[Model]) -> str:
    """What the administration says when it is asked to delete these rows."""
    name = rows[0]._meta.model_name
    if len(rows) == 1:
        url, data = reverse(f"admin:{rows[0]._meta.app_label}_{name}_delete", args=[rows[0].pk]), {"post": "yes"}
    else:
        url = reverse(f"admin:{rows[0]._meta.app_label}_{name}_changelist")
        data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    return client.post(url, data, follow=True).content.decode()


@pytest.mark.parametrize("many", [False, True], ids=["one", "several"])
@pytest.mark.parametrize(("holder", "field"), LISTS, ids=[f"{make.__name__}.{field}" for make, field in LISTS])
def test_the_last_entry_of_a_list_is_not_deleted(
    administrator: Client, house: cast.House, holder: Callable[..., Any], field: str, many: bool
) -> None:
    row = holder(house, field)
    model: Any = Queue if field == "queues" else Team
    entries = [model.objects.create(name=f"Entry {n}") for n in range(2 if many else 1)]
    other = model.objects.create(name="Other")
    getattr(row, field).set(entries)
    names = ", ".join(entry.name for entry in entries)
    assert f"“{names}” is all that stands under “{field}” of" in deleted(administrator, entries)
    with pytest.raises(ProtectedError):
        model.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    assert list(getattr(row, field).all()) == entries
    getattr(row, field).add(other)
    assert "is all that stands" not in deleted(administrator, entries)
    assert list(getattr(row, field).all()) == [other]


def test_of_two_entries_deleted_one_after_the_other_the_second_stays(house: cast.House) -> None:
    ours, theirs = Team.objects.create(name="Ours"), Team.objects.create(name="Theirs")
    house.refund.teams.set([ours, theirs])
    Team.objects.filter(pk=ours.pk).delete()
    with pytest.raises(ProtectedError):
        theirs.delete()
    assert list(house.refund.teams.all()) == [theirs]


def test_who_may_not_delete_is_told_nothing_of_it(house: cast.House, client: Client) -> None:
    house.refund.teams.set([house.team])
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    url = reverse("admin:agents_team_delete", args=[house.team.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
