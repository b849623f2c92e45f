"""The administration of wrap-up: one default, one time for all queues."""

import pytest
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from agents.models import User
from chats.models import Seat
from tests import cast
from tests.cast import wrapup_of
from wrapup import operations
from wrapup.models import WrapUpCode, WrapUpRule


@pytest.fixture
def administrator(house: cast.House, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_a_second_time_for_all_queues_is_refused(administrator: Client, house: cast.House) -> None:
    url = reverse("admin:wrapup_wrapuprule_add")
    form = administrator.post(url, {"queue": "", "seconds": 30}).context["adminform"].form
    assert form.errors["queue"] == ["There is a wrap-up time for all queues already. Choose a queue here."]
    assert administrator.post(url, {"queue": house.queue.pk, "seconds": 30}).status_code == 302
    assert WrapUpRule.objects.filter(queue=house.queue, seconds=30).exists()


def test_a_second_default_reason_is_refused(administrator: Client, house: cast.House) -> None:
    data = {"name": "Other", "is_active": "on", "is_default": "on", "order": 9}
    form = administrator.post(reverse("admin:wrapup_wrapupcode_add"), data).context["adminform"].form
    assert list(form.errors) == ["is_default"]
    assert "No reason given" in form.errors["is_default"][0]


@pytest.mark.parametrize("way", ["delete", "delete_selected"])
def test_a_reason_that_was_given_is_retired_and_never_deleted(
    administrator: Client, house: cast.House, alice_with_carol: Seat, way: str
) -> None:
    cast.customer_leaves(alice_with_carol.chat)
    wrapup = wrapup_of(alice_with_carol)
    operations.submit(wrapup.pk, by=wrapup.agent, codes=[house.refund.pk])

    def asked(code: WrapUpCode) -> str:
        if way == "delete":
            url, data = reverse("admin:wrapup_wrapupcode_delete", args=[code.pk]), {"post": "yes"}
        else:
            url = reverse("admin:wrapup_wrapupcode_changelist")
            data = {"action": "delete_selected", "_selected_action": [code.pk, house.answered.pk], "post": "yes"}
        return administrator.post(url, data, follow=True).content.decode()

    assert "“Refund” was given in wrap-ups and stays there." in asked(house.refund)
    assert list(cast.fresh(wrapup).codes.all()) == [house.refund]
    assert WrapUpCode.objects.filter(pk=house.answered.pk).exists()
    with pytest.raises(ProtectedError):
        WrapUpCode.objects.all().delete()
    never_given = WrapUpCode.objects.create(name="Never given")
    assert "was given" not in asked(never_given)
    assert not WrapUpCode.objects.filter(pk=never_given.pk).exists()


def test_the_default_reason_is_for_everybody(administrator: Client, house: cast.House) -> None:
    url = reverse("admin:wrapup_wrapupcode_change", args=[house.no_reason.pk])
    data = {"name": "No reason given", "is_default": "on", "order": 2, "queues": [house.queue.pk]}
    form = administrator.post(url, {**data, "teams": [house.team.pk]}).context["adminform"].form
    assert list(form.errors) == ["is_active", "queues", "teams"]
    assert administrator.post(url, {**data, "queues": [], "is_active": "on"}).status_code == 302
