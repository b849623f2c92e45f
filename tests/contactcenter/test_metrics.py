"""Metrics: who may have them, and that they count what is there."""

import re
from typing import Any

import pytest
from django.test import Client

from chats.models import Seat
from contactcenter import invariants
from tests import cast


def figures(client: Client, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r'contactcenter_\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? -?[\d.e+-]+', line) for line in lines)
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_what_waits_and_who_is_there(alice_with_carol: Seat, house: cast.House, client: Client) -> None:
    cast.comes_in(house.entry_point)
    cast.has_waited(cast.comes_in(house.entry_point).chat, 90)
    house.queue.name = 'Ser"vice\\'
    house.queue.save()
    found = figures(client)
    assert found['contactcenter_chats_waiting{queue="Ser\\"vice\\\\"}'] == 2
    assert 90 <= found['contactcenter_oldest_waiting_seconds{queue="Ser\\"vice\\\\"}'] < 120
    assert found['contactcenter_agents{state="available"}'] == 1
    assert found['contactcenter_chats_live{state="active"}'] == 1
    assert found["contactcenter_offers_live"] == 2
    assert found["contactcenter_overdue_seconds"] == 0


def test_lateness_is_told(alice_with_carol: Seat, house: cast.House, client: Client) -> None:
    cast.time_is_up(cast.live_offer(cast.comes_in(house.entry_point).chat))
    assert 1 <= figures(client)["contactcenter_overdue_seconds"] < 20


def test_invariants_as_last_checked(alice_with_carol: Seat, client: Client) -> None:
    assert not [name for name in figures(client) if "invariant" in name]
    invariants.look()
    found = figures(client)
    counts = [found[f'contactcenter_invariant_violations{{invariant="{each.key}"}}'] for each in invariants.INVARIANTS]
    assert counts == [0] * len(invariants.INVARIANTS)
    cast.Chat.objects.update(state="queued")
    invariants.look()
    assert figures(client)['contactcenter_invariant_violations{invariant="state_agrees"}'] == 1


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"])
def test_nothing_for_those_behind_a_proxy(committed: None, client: Client, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


def test_nothing_for_other_machines(committed: None, client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", "Bearer secret2", "Basic secret", "Bearer sécret"])
def test_with_a_token_only_for_who_has_it(committed: None, client: Client, settings: Any, sent: str) -> None:
    settings.METRICS_TOKEN = "secret"
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 403
    assert figures(client, **{"Authorization": "Bearer secret", "X-Forwarded-For": "192.0.2.7"})
