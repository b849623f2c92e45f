"""Signing in and out, and who may see which page."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.settings import api_settings

from agents.models import Agent
from chats.models import Seat
from tests import cast
from tests.cast import fresh

LOGIN, LOGOUT = "/accounts/login/", "/accounts/logout/"


@pytest.fixture(autouse=True)
def quickly(settings: Any) -> None:
    """Passwords are hashed in no time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def known(alice: Agent) -> Agent:
    """Alice with a password."""
    alice.user.set_password("correct horse")
    alice.user.save()
    return alice


def closing_connections(act: Callable[[Client], int]) -> Callable[[Client], int]:
    """The same in a thread that leaves no connection behind."""

    def acted(client: Client) -> int:
        try:
            return act(client)
        finally:
            connection.close()

    return acted


def log_in(client: Client, password: str, username: str = "alice", **more: str) -> int:
    return client.post(LOGIN, {"username": username, "password": password}, **more).status_code


def test_the_right_password_leads_to_the_desk(known: Agent, client: Client) -> None:
    response = client.post(LOGIN, {"username": "alice", "password": "correct horse"})
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize("password", ["", "wrong", "Correct horse", "correct horse "])
def test_any_other_password_does_not(known: Agent, client: Client, password: str) -> None:
    assert log_in(client, password) == 200
    assert client.get("/desk/").status_code == 302


def test_five_wrong_passwords_lock_the_pair_of_user_and_address(known: Agent, client: Client) -> None:
    assert [log_in(client, "wrong") for _ in range(5)] == [200] * 5
    locked = client.post(LOGIN, {"username": "Alice", "password": "correct horse"})
    assert (locked.status_code, locked["Retry-After"]) == (429, "900")
    assert "Try again in 15 minutes." in locked.content.decode()
    assert client.get("/desk/").status_code == 302
    assert log_in(client, "correct horse", REMOTE_ADDR="192.0.2.1") == 302


def test_an_address_that_a_client_makes_up_opens_no_lock(known: Agent, client: Client) -> None:
    assert [log_in(client, "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}") for n in range(5)] == [200] * 5
    assert log_in(client, "correct horse", HTTP_X_FORWARDED_FOR="192.0.2.9") == 429


@pytest.mark.parametrize("written", ["203.0.113.7:{}", "[2001:db8::1]:{}"])
def test_a_port_that_a_proxy_writes_is_no_part_of_the_address(known: Agent, monkeypatch: Any, written: str) -> None:
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)
    for port in range(50_000, 50_005):
        log_in(Client(), "wrong", HTTP_X_FORWARDED_FOR=written.format(port))
    assert log_in(Client(), "correct horse", HTTP_X_FORWARDED_FOR=written.format(60_000)) == 429


def test_behind_a_proxy_the_address_that_it_saw_counts(known: Agent, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)
    for seen, status in (("192.0.2.1", 429), ("192.0.2.2", 302)):
        for n in range(5):
            log_in(Client(), "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 192.0.2.1")
        assert log_in(Client(), "correct horse", HTTP_X_FORWARDED_FOR=f"198.51.100.9, {seen}") == status


DISGUISES = ["alice" + " " * n for n in range(1, 4)] + ["\u2003alice", "ａlice", "𝐚lice", "ALICE", "alicｅ\u00a0"]


def test_spaces_and_other_letters_for_the_same_name_open_no_lock(known: Agent, client: Client) -> None:
    assert [log_in(client, "wrong", name) for name in DISGUISES] == [200] * 5 + [429] * (len(DISGUISES) - 5)
    assert {log_in(client, "correct horse", name) for name in ("alice", *DISGUISES)} == {429}


def test_tries_at_once_are_counted_one_by_one(known: Agent, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    known.user.set_password("correct horse")
    known.user.save()
    clients = [Client() for _ in range(12)]
    with ThreadPoolExecutor(len(clients)) as pool:
        statuses = list(pool.map(closing_connections(lambda client: log_in(client, "wrong")), clients))
    assert sorted(statuses) == [200] * 5 + [429] * 7


def test_a_user_is_not_tried_from_ever_new_addresses(known: Agent, settings: Any) -> None:
    settings.LOGIN_FAILURES_OF_USER = 6
    floods = [log_in(Client(), "wrong", REMOTE_ADDR=f"192.0.2.{n}") for n in range(8)]
    assert floods == [200] * 6 + [429] * 2
    assert log_in(Client(), "correct horse", REMOTE_ADDR="192.0.2.99") == 429
    assert log_in(Client(), "wrong", "bob", REMOTE_ADDR="192.0.2.99") == 200


def test_a_flood_from_elsewhere_locks_nobody_out_where_he_usually_is(known: Agent, settings: Any) -> None:
    settings.LOGIN_FAILURES_OF_USER = settings.LOGIN_FAILURES_OF_ADDRESS = 6
    assert log_in(Client(), "correct horse") == 302
    for n in range(8):
        log_in(Client(), "wrong", REMOTE_ADDR=f"192.0.2.{n}")
        log_in(Client(), "wrong", f"somebody{n}")
    assert log_in(Client(), "wrong", "nobody") == 429
    assert log_in(Client(), "correct horse") == 302
    assert [log_in(Client(), "wrong") for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8:1:2::{n}"])
def test_an_address_does_not_try_one_user_after_another(known: Agent, settings: Any, address: str) -> None:
    settings.LOGIN_FAILURES_OF_ADDRESS = 6
    tries = [log_in(Client(), "wrong", f"somebody{n}", REMOTE_ADDR=address.format(n=n)) for n in range(1, 9)]
    assert tries == [200] * 6 + [429] * 2
    assert log_in(Client(), "correct horse", REMOTE_ADDR=address.format(n=99)) == 429
    assert log_in(Client(), "correct horse", REMOTE_ADDR="2001:db8:1:3::1") == 302


def test_who_signs_in_at_last_leaves_no_failure_of_his_own_behind(known: Agent, settings: Any) -> None:
    settings.LOGIN_FAILURES_OF_USER = 2
    for n in range(3):
        assert log_in(Client(), "correct horse", REMOTE_ADDR=f"192.0.2.{n}") == 302


def test_a_success_forgets_the_failures(known: Agent, client: Client) -> None:
    assert [log_in(client, "wrong") for _ in range(4)] == [200] * 4
    assert log_in(client, "correct horse") == 302
    assert [log_in(Client(), "wrong") for _ in range(4)] == [200] * 4
    assert log_in(Client(), "correct horse") == 302


def test_an_unknown_user_is_told_the_same_as_a_wrong_password(known: Agent, client: Client) -> None:
    texts = [
        client.post(LOGIN, {"username": name, "password": "wrong"}).context["form"].non_field_errors()
        for name in ("alice", "nobody")
    ]
    assert texts[0] == texts[1]


def test_logging_out_signs_the_agent_out(alice_available: Agent, client: Client) -> None:
    client.force_login(alice_available.user)
    assert client.post(LOGOUT).status_code == 302
    assert fresh(alice_available).state == "offline"
    assert client.get("/desk/").status_code == 302


def test_logging_out_is_refused_while_work_is_open(alice_with_carol: Seat, client: Client) -> None:
    alice = alice_with_carol.agent
    client.force_login(alice.user)
    response = client.post(LOGOUT)
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    assert fresh(alice).state == "available"
    assert client.get("/desk/").status_code == 200


def test_logging_out_needs_a_post(alice: Agent, client: Client) -> None:
    client.force_login(alice.user)
    assert client.get(LOGOUT).status_code == 405
    assert client.get("/desk/").status_code == 200


def test_who_is_no_agent_has_no_desk(house: cast.House, alice: Agent, client: Client) -> None:
    Agent.objects.update(is_active=False)
    client.force_login(alice.user)
    assert client.get("/desk/").status_code == 403


def test_a_foreign_page_is_not_where_a_log_in_leads(known: Agent, client: Client) -> None:
    response = client.post(LOGIN + "?next=https://evil.example/", {"username": "alice", "password": "correct horse"})
    assert response["Location"] == "/desk/"
