"""The administration of wrap-up: one default, one time for all queues."""

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import User
from tests import cast
from wrapup.models import WrapUpRule


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
