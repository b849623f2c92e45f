"""What administrators write for customers reaches each in the language of his chat, and never with card data."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from agents.models import Agent, User
from chats import canned, operations, snapshots, tasks
from chats.models import Chat
from contactcenter import demo
from contactcenter.sockets import desk_snapshot
from lib.errors import Refused
from routing.models import BusinessHours, EntryPoint, Queue
from routing.words import in_language
from tests import cast
from tests.cast import comes_in, fresh

BOTH = [("en", "Words", "Worte", "Words"), ("de", "Words", "Worte", "Worte")]
ONE = [("en", "", "Worte", "Worte"), ("de", "Words", "", "Words")]
each_language = pytest.mark.parametrize(("language", "english", "german", "read"), BOTH + ONE)


@each_language
def test_who_is_turned_away_reads_why_in_his_language(
    house: cast.House, client: Client, language: str, english: str, german: str, read: str
) -> None:
    def refused(operation: Any, **form: Any) -> str:
        with pytest.raises(Refused) as refused:
            operation(EntryPoint.objects.get(), {"name": "Carol", **form}, language=language)
        return f"{refused.value.code}: {refused.value.message}"

    Queue.objects.update(max_waiting=1, full_message=english, full_message_de=german)
    EntryPoint.objects.update(closed_message=english, closed_message_de=german)
    comes_in(house.entry_point)
    assert refused(operations.open) == f"full: {read}"
    Queue.objects.update(hours=BusinessHours.objects.create(name="Never"))
    assert refused(operations.open) == f"closed: {read}"
    assert refused(operations.take_message, email="c@example.org", text="?") == f"closed: {read}"
    config = client.get("/widget/help/", {"lang": language}).context["page_config"]
    assert config["closed_message"] == read


@each_language
def test_after_the_longest_wait_the_customer_reads_it_in_his_language(
    house: cast.House, language: str, english: str, german: str, read: str
) -> None:
    Queue.objects.update(max_wait=60, max_wait_message=english, max_wait_message_de=german)
    chat = comes_in(house.entry_point, language=language).chat
    Chat.objects.update(in_queue_since=F("in_queue_since") - timedelta(seconds=61))
    tasks.sweep()
    assert [line.text for line in cast.lines(chat) if line.kind == "message"] == [read]


@each_language
def test_the_closing_sentence_and_the_names_are_in_the_language_of_the_chat(
    house: cast.House, client: Client, alice: Agent, language: str, english: str, german: str, read: str
) -> None:
    Queue.objects.update(closing=english, closing_de=german, name=english or "Service", name_de=german)
    EntryPoint.objects.update(name=english or "Help", name_de=german)
    chat = comes_in(house.entry_point, language=language).chat
    shown = snapshots.for_customer(Chat.objects.viewed(chat.pk))["chat"]["queue"]["name"]
    assert shown == in_language(Queue.objects.get(), "name", language)
    assert cast.lines(chat)[0].data["queue"]["name"] == shown
    assert canned.fill("{queue.name}", chat=fresh(chat), agent=alice) == shown
    cast.goes_available(alice)
    cast.takes(chat, alice)
    assert desk_snapshot(alice)["chats"][0]["closing"] == read
    config = client.get("/widget/help/", {"lang": language}).context["page_config"]
    assert config["entry_point"]["name"] == in_language(EntryPoint.objects.get(), "name", language)


def test_the_administration_asks_for_both_languages_and_masks_both(house: cast.House, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    for row, fields in (
        (house.queue, ("name", "full_message", "max_wait_message", "closing")),
        (house.entry_point, ("name", "closed_message", "greeting")),
    ):
        address = reverse(f"admin:routing_{row._meta.model_name}_change", args=[row.pk])
        page = client.get(address).context
        form = {name: value for name, value in page["adminform"].form.initial.items() if value not in (None, [])}
        sets = (inline.formset.prefix for inline in page["inline_admin_formsets"])
        inlines = {f"{prefix}-{what}_FORMS": 0 for prefix in sets for what in ("TOTAL", "INITIAL")}
        words = {key: f"{key} {cast.CARD}" for field in fields for key in (field, f"{field}_de")}
        answer = client.post(address, {**form, **inlines, **words})
        assert answer.status_code == 302, answer.context["errors"]
        assert {key: getattr(fresh(row), key) for key in words} == {key: f"{key} {cast.MASKED_CARD}" for key in words}


def test_the_demo_speaks_both_languages(committed: None) -> None:
    demo.furnish(origins=[])
    rows = [*Queue.objects.values(), *EntryPoint.objects.values()]
    empty = [key for row in rows for key in row if key.endswith("_de") and not row[key] and row[key[:-3]]]
    assert empty == []
    assert all(row["full_message"] and row["max_wait_message"] for row in Queue.objects.values())
    assert all(row["closed_message"] for row in EntryPoint.objects.values())
