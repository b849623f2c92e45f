"""What-if runs in the administration: the form tells what is wrong, the task plays the day, the report shows it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.models import Agent, Spell, User
from chats import operations
from chats.models import Chat, Offer, Rehearsal, Seat
from chats.tasks import play_rehearsal, prune_rehearsals
from tests import cast
from tests.cast import fresh

ADD = "admin:chats_rehearsal_add"


@pytest.fixture
def client(committed: None) -> Client:
    """An administrator's browser."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def day(house: cast.House, alice_available: Agent) -> datetime:
    """Noon of yesterday, when Alice took four chats one after the other, a message among them."""
    for _n in range(3):
        seat = cast.takes(cast.comes_in(house.entry_point).chat, alice_available)
        cast.customer_leaves(seat.chat)
        operations.release(seat, by=cast.of_agent(alice_available))
    today = timezone.localtime()
    noon = (today - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    Spell.objects.filter(agent=alice_available).update(
        started_at=noon - timedelta(hours=1), ended_at=noon + timedelta(hours=5)
    )
    for n, chat in enumerate(Chat.objects.order_by("started_at")):
        came = noon + timedelta(minutes=n)
        Chat.objects.filter(pk=chat.pk).update(
            started_at=came, enqueued_at=came, answered_at=came + timedelta(seconds=5)
        )
        Offer.objects.filter(chat=chat).update(offered_at=came, expires_at=came, ended_at=came + timedelta(seconds=5))
        done = came + timedelta(minutes=30)
        Seat.objects.filter(chat=chat).update(joined_at=came + timedelta(seconds=5), left_at=done, released_at=done)
    return noon


def asks(client: Client, day: datetime, **fields: Any) -> Any:
    """The administrator has sent the form."""
    return client.post(reverse(ADD), {"day": day.date().isoformat(), "seed": "1", "changes": "", **fields})


def test_a_run_is_asked_for_played_and_shown_with_charts_and_numbers(
    client: Client, house: cast.House, day: datetime
) -> None:
    fields = {f"team_{house.team.pk}_capacity": "1", f"queue_{house.queue.pk}_offer_timeout": "20"}
    answer = asks(client, day, **fields)
    run = Rehearsal.objects.get()
    page = reverse("admin:chats_rehearsal_change", args=[run.pk])
    assert answer.headers["Location"] == page
    assert run.created_by.username == "root"
    assert '[queue."Service"]\noffer_timeout = 20' in run.changes and '[team."Service"]\ncapacity = 1' in run.changes
    assert "Waits for a free worker." in client.get(page).content.decode()
    play_rehearsal(run.pk)
    run = fresh(run)
    assert (run.state, run.progress, run.error) == ("done", 100, "")
    columns = run.result["columns"]
    assert columns["recorded"]["figures"]["wait"] == 5.0
    assert columns["as_is"]["figures"]["wait_p95"] == 5.0
    assert columns["changed"]["figures"]["wait_p95"] > 1000, "one at a time, half an hour each"
    assert columns["recorded"]["hours"][12]["contacts"] == 3
    shown = client.get(page).content.decode()
    assert shown.count('<svg class="chart"') == 6
    assert "Played with the changes" in shown and "▼" in shown and "0:05" in shown
    assert client.get(reverse("admin:chats_rehearsal_progress", args=[run.pk])).json()["over"] is True


def test_the_hours_sum_up_to_the_day(client: Client, house: cast.House, day: datetime) -> None:
    asks(client, day, changes='[team."Service"]\nagents = 2\n')
    play_rehearsal(Rehearsal.objects.get().pk)
    for column in Rehearsal.objects.get().result["columns"].values():
        for name in ("contacts", "answered", "rona"):
            assert sum(hour[name] for hour in column["hours"]) == column["figures"][name]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ('[queue."Service"]\noffer_timeout = 0\n', "must be a whole number from 1 to 6000"),
        ('[queue."Servce"]\npriority = 1\n', "There is no queue &#x27;Servce&#x27;"),
        ("no toml", "This is not TOML"),
        ("", "Change something"),
    ],
)
def test_what_is_wrong_with_the_settings_is_told(
    client: Client, house: cast.House, changes: str, sentence: str
) -> None:
    answer = asks(client, timezone.localtime() - timedelta(days=1), changes=changes)
    assert sentence in answer.content.decode()
    assert not Rehearsal.objects.exists()


def test_a_file_is_taken_and_a_damaged_one_refused(client: Client, house: cast.House, day: datetime) -> None:
    damaged = SimpleUploadedFile("a.toml", b"\xff\xfe")
    assert "no text in UTF-8" in asks(client, day, upload=damaged).content.decode()
    asks(client, day, upload=SimpleUploadedFile("a.toml", b'[team."Service"]\nagents = 3\n'))
    assert "agents = 3" in Rehearsal.objects.get().changes


def test_errors_of_settings_are_in_the_readers_language(client: Client, house: cast.House) -> None:
    User.objects.update(language="de")
    answer = asks(client, timezone.localtime() - timedelta(days=1), changes='[queue."Servce"]\n')
    assert "Es gibt keine Warteschlange" in answer.content.decode()


def test_a_day_without_contacts_says_so(client: Client, house: cast.House) -> None:
    asks(client, timezone.localtime() - timedelta(days=3), changes='[queue."Service"]\npriority = 1\n')
    play_rehearsal(Rehearsal.objects.get().pk)
    run = Rehearsal.objects.get()
    assert (run.state, run.error) == ("failed", "Nobody came on that day, so there is nothing to play.")
    assert not play_rehearsal(run.pk), "what is over isn't played again"


def test_runs_of_one_day_are_compared(client: Client, house: cast.House, day: datetime) -> None:
    for agents in (1, 2):
        asks(client, day, changes=f'[team."Service"]\nagents = {agents}\n')
    runs = [run.pk for run in Rehearsal.objects.order_by("pk")]
    picked = {"action": "compare", "_selected_action": runs}
    address = reverse("admin:chats_rehearsal_changelist")
    assert "that are done" in client.post(address, picked, follow=True).content.decode()
    for pk in runs:
        play_rehearsal(pk)
    page = client.post(address, picked, follow=True)
    assert page.status_code == 200 and page.content.decode().count('<svg class="chart"') == 6


def test_old_runs_are_cleared_away(client: Client, house: cast.House) -> None:
    old, new = (Rehearsal.objects.create(day=timezone.localdate(), changes="x") for _n in range(2))
    Rehearsal.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=91))
    assert prune_rehearsals() == 1
    assert list(Rehearsal.objects.all()) == [new]
