"""A customer comes in."""

from datetime import time, timedelta
from typing import Any

import jwt
import pytest

from chats import policies
from chats.models import BotAnswer, Chat, Customer, Finding, ScreeningPolicy
from lib.clock import database_now
from lib.errors import Refused
from routing.models import BusinessHours, EntryPoint, FormField, Opening
from tests import cast
from tests.cast import comes_in, fresh


def signed(entry_point: EntryPoint, **claims: Any) -> str:
    soon = int((database_now() + timedelta(minutes=5)).timestamp())
    return jwt.encode({"sub": "c-1", "exp": soon, **claims}, entry_point.secret, algorithm="HS256")


def test_a_chat_without_chatbot_waits_in_its_queue_at_once(house: cast.House) -> None:
    chat = fresh(comes_in(house.entry_point).chat)
    assert (chat.state, chat.queue) == ("queued", house.queue)
    assert chat.enqueued_at is not None
    assert cast.kinds(chat) == ["queued"]
    assert cast.verbs(chat) == ["open", "hand_over"]


def test_the_chatbot_greets_in_the_customers_language(house: cast.House) -> None:
    EntryPoint.objects.update(bot_speaks_first=True, greeting="Hello", greeting_de="Guten Tag")
    for language, words in (("en", "Hello"), ("de", "Guten Tag")):
        chat = fresh(comes_in(house.entry_point, language=language).chat)
        first = cast.lines(chat)[0]
        assert (chat.state, chat.language) == ("bot", language)
        assert (first.kind, first.sender_kind, first.text) == ("message", "bot", words)


def test_the_greeting_offers_the_first_answers_of_the_language(house: cast.House) -> None:
    EntryPoint.objects.update(bot_speaks_first=True)
    for order, (language, trigger) in enumerate([("en", "Delivery"), ("de", "Lieferung"), ("", "Returns")]):
        BotAnswer.objects.create(
            entry_point=house.entry_point, order=order, language=language, triggers=trigger, text="…"
        )
    chat = comes_in(house.entry_point).chat
    assert cast.lines(chat)[0].data["quick_replies"] == ["Delivery", "Returns"]


def test_a_language_that_is_not_offered_gives_the_first_one(house: cast.House) -> None:
    EntryPoint.objects.update(languages=["de"])
    assert comes_in(house.entry_point, language="en").chat.language == "de"
    assert comes_in(house.entry_point, language="xx").chat.language == "de"


def test_the_token_is_long_random_and_stored_only_hashed(house: cast.House) -> None:
    first, second = comes_in(house.entry_point), comes_in(house.entry_point)
    assert first.token != second.token
    assert len(first.token) >= 22  # 128 bits
    assert first.token.encode() not in bytes(fresh(first.chat).token)


def test_each_start_is_a_customer_of_his_own(house: cast.House) -> None:
    first = comes_in(house.entry_point, email="carol@example.com").chat
    second = comes_in(house.entry_point, email="carol@example.com").chat
    assert first.customer_id != second.customer_id


def test_a_confirmed_identity_is_the_same_customer_every_time(house: cast.House) -> None:
    identity = signed(house.entry_point, name="Carol Confirmed", email="carol@shop.example")
    first, second = (comes_in(house.entry_point, identity=identity, name="Somebody").chat for _ in range(2))
    assert first.customer_id == second.customer_id
    assert (first.verified, fresh(first.customer).name) == (True, "Carol Confirmed")


def vouched(entry_point: EntryPoint, sub: str, **claims: Any) -> Customer:
    """The customer who came in with that id, signed for that entry point."""
    return fresh(comes_in(entry_point, identity=signed(entry_point, sub=sub, **claims)).chat.customer)


def test_the_same_id_at_another_web_site_is_somebody_else(house: cast.House) -> None:
    other = EntryPoint.objects.create(name="Other", slug="other", queue=house.queue)
    carol = vouched(house.entry_point, "42", name="Carol", email="carol@shop.example")
    mario = vouched(other, "42", name="Mario", email="mario@other.example")
    assert carol.pk != mario.pk
    assert (fresh(carol).name, fresh(carol).email, carol.external_id) == ("Carol", "carol@shop.example", "42")
    assert Chat.objects.get(customer=mario).verified


def test_web_sites_of_one_realm_know_the_same_customers(house: cast.House) -> None:
    other = EntryPoint.objects.create(name="Other", slug="other", queue=house.queue, realm="Family")
    apart = vouched(house.entry_point, "42")
    EntryPoint.objects.filter(pk=house.entry_point.pk).update(realm="family")
    assert vouched(house.entry_point, "42").pk == vouched(other, "42").pk != apart.pk


@pytest.mark.parametrize(
    ("subs", "shown"),
    [
        (("4941127193991234", "4178329780861234"), "••••••••••••1234"),
        (("carol@example.com", "mario@example.org"), "•" * 17),
    ],
)
def test_ids_that_look_the_same_once_masked_are_two_customers(
    house: cast.House, subs: tuple[str, str], shown: str
) -> None:
    ScreeningPolicy.objects.create(detectors=["pan", "email"])
    policies.forget()
    first, second = (vouched(house.entry_point, sub) for sub in subs)
    assert first.pk != second.pk == vouched(house.entry_point, subs[1]).pk
    assert first.external_id == second.external_id == shown


@pytest.mark.parametrize("wrong", ["garbage", "secret", "expired", "endless", "nameless", "empty", "none"])
def test_an_identity_that_is_not_in_order_is_refused(house: cast.House, wrong: str) -> None:
    past = int((database_now() - timedelta(hours=1)).timestamp())
    identity = {
        "garbage": lambda: "garbage",
        "secret": lambda: jwt.encode({"sub": "c", "exp": past + 7200}, "x" * 43, algorithm="HS256"),
        "expired": lambda: signed(house.entry_point, exp=past),
        "endless": lambda: jwt.encode({"sub": "c"}, house.entry_point.secret, algorithm="HS256"),
        "nameless": lambda: jwt.encode({"exp": past + 7200}, house.entry_point.secret, algorithm="HS256"),
        "empty": lambda: signed(house.entry_point, sub=""),
        "none": lambda: jwt.encode({"sub": "c", "exp": past + 7200}, None, algorithm="none"),
    }[wrong]()
    with pytest.raises(Refused, match="unauthenticated"):
        comes_in(house.entry_point, identity=identity)
    assert not Chat.objects.exists()


def test_an_identity_of_another_entry_point_is_refused(house: cast.House) -> None:
    other = EntryPoint.objects.create(name="Other", slug="other", queue=house.queue)
    with pytest.raises(Refused, match="unauthenticated"):
        comes_in(house.entry_point, identity=signed(other))


@pytest.mark.parametrize("claims", [{"name": "a\0b"}, {"email": "a\ud800@example.com"}, {"sub": "a\0"}])
def test_an_identity_that_a_database_cannot_hold_is_refused(house: cast.House, claims: dict[str, str]) -> None:
    with pytest.raises(Refused, match="unauthenticated"):
        comes_in(house.entry_point, identity=signed(house.entry_point, **claims))


def test_required_fields_are_named_when_they_are_missing(house: cast.House) -> None:
    EntryPoint.objects.update(ask_name=FormField.REQUIRED, ask_subject=FormField.REQUIRED)
    with pytest.raises(Refused, match="invalid") as refused:
        comes_in(house.entry_point, name=" ", email="nowhere")
    assert set(refused.value.fields) == {"name", "subject", "email"}
    assert not Customer.objects.exists()


def test_closed_hours_turn_away_with_the_configured_message(house: cast.House) -> None:
    house.queue.hours = BusinessHours.objects.create(name="Never")
    house.queue.save()
    EntryPoint.objects.update(closed_message="Come back tomorrow.")
    with pytest.raises(Refused, match="closed: Come back tomorrow"):
        comes_in(house.entry_point)
    for weekday in range(7):
        Opening.objects.create(hours=house.queue.hours, weekday=weekday, opens=time(0), closes=time(23, 59, 59))
    assert comes_in(house.entry_point).chat.state


def test_a_full_queue_turns_away_with_the_configured_message(house: cast.House) -> None:
    house.queue.max_waiting, house.queue.full_message = 1, "Too many."
    house.queue.save()
    first = comes_in(house.entry_point).chat
    with pytest.raises(Refused, match="full: Too many"):
        comes_in(house.entry_point)
    cast.customer_leaves(first)
    assert comes_in(house.entry_point).chat.state


def test_card_numbers_in_the_form_are_masked_and_noted(house: cast.House) -> None:
    opened = comes_in(
        house.entry_point,
        name=f"Carol {cast.CARD}",
        subject=f"My card {cast.CARD}",
        page=f"https://shop.example/?card={cast.CARD}",
        fields={"Order": cast.CARD, cast.CARD: "x"},
    )
    chat = fresh(opened.chat)
    assert chat.subject == f"My card {cast.MASKED_CARD}"
    assert fresh(chat.customer).name == f"Carol {cast.MASKED_CARD}"
    assert chat.fields == {"Order": cast.MASKED_CARD, cast.MASKED_CARD: "x"}
    assert "4111" not in chat.page
    assert list(Finding.objects.values_list("place", "detector")) == [("form", "pan")]


def test_a_forms_values_are_read_with_their_labels_and_together(house: cast.House) -> None:
    chat = fresh(comes_in(house.entry_point, name="4111 1111", subject="1111 1111", fields={"CVV": "123"}).chat)
    assert (chat.customer.name, chat.subject, chat.fields) == ("•••• ••••", "•••• 1111", {"CVV": "•••"})
    ScreeningPolicy.objects.create(policy="drop")
    with pytest.raises(Refused, match="pci_dropped"):
        comes_in(house.entry_point, fields={"PIN": "4711"})
