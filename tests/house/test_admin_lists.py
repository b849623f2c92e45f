"""Every list of the administration: as many queries for thirteen rows as for three, and only for administrators."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.models import User
from lib.admin import LedgerAdmin
from tests.house import rows

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LEDGERS = [model for model in MODELS if isinstance(admin.site._registry[model], LedgerAdmin)]


def name(model: Any) -> str:
    return model._meta.label_lower


def address(model: Any, page: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("model", MODELS, ids=name)
def test_a_longer_list_takes_no_more_queries(model: Any, administrator: Client) -> None:
    make = rows.MAKERS[model]
    for _n in range(3):
        make()
    queries(administrator, address(model))  # what is looked up once a process is looked up now
    few = queries(administrator, address(model))
    for _n in range(10):
        make()
    assert queries(administrator, address(model)) == few


def test_the_first_page_takes_no_more_queries_in_a_larger_house(administrator: Client) -> None:
    makers = (rows.chat, rows.finding, rows.wrapup, rows.offer, rows.logged)
    for make in makers:
        make()
    queries(administrator, reverse("admin:index"))
    few = queries(administrator, reverse("admin:index"))
    for _n in range(5):
        for make in makers:
            make()
    assert queries(administrator, reverse("admin:index")) == few


@pytest.mark.parametrize("model", MODELS, ids=name)
def test_a_row_opens(model: Any, administrator: Client) -> None:
    row = rows.MAKERS[model]()
    assert administrator.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=name)
def test_a_list_can_be_searched(model: Any, administrator: Client) -> None:
    rows.MAKERS[model]()
    assert administrator.get(address(model), {"q": "7f3c-21"}).status_code == 200
    assert administrator.get(address(model), {"q": "carol"}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=name)
def test_strangers_and_agents_are_refused(model: Any, client: Client) -> None:
    url = address(model)
    assert client.get(url, follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    client.force_login(rows.agent().user)
    assert client.get(url, follow=True).status_code == 403


@pytest.mark.parametrize("model", LEDGERS, ids=name)
def test_nobody_alters_a_ledger(model: Any, administrator: Client) -> None:
    row = rows.MAKERS[model]()
    before = model.objects.filter(pk=row.pk).values().get()
    assert administrator.post(address(model, "add"), {}).status_code == 403
    assert administrator.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert administrator.post(address(model, "change", row.pk), {}).status_code == 403
    administrator.post(address(model), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert model.objects.filter(pk=row.pk).values().get() == before


def test_every_ledger_counts_cheaply(administrator: Client) -> None:
    assert LEDGERS
    for model in LEDGERS:
        assert admin.site._registry[model].show_full_result_count is False


@pytest.mark.parametrize("model", LEDGERS, ids=name)
def test_no_ledger_is_read_to_the_end_for_its_filters(model: Any, administrator: Client) -> None:
    with CaptureQueriesContext(connection) as caught:
        administrator.get(address(model))
    assert not [query["sql"] for query in caught if "SELECT DISTINCT" in query["sql"]]
