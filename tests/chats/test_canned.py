"""Canned responses: found, scoped, filled; nothing in them is ever evaluated."""

import pytest

from chats.canned import fill, search
from chats.models import CannedResponse, Chat, Seat
from routing.models import Queue
from tests import cast


def found(chat: Chat, seat: Seat, q: str = "") -> list[str]:
    return [item["title"] for item in search(chat, agent=seat.agent, q=q)]


def test_the_three_variables_are_filled(chat: Chat, alice_with_carol: Seat) -> None:
    text = "Hello {customer.name}, this is {agent.name} from {queue.name}."
    assert fill(text, chat=chat, agent=alice_with_carol.agent) == "Hello Carol, this is Alice from Service."


@pytest.mark.parametrize(
    "text",
    [
        "{customer.__class__}",
        "{customer.email}",
        "{agent.user.password}",
        "{0}",
        "{}",
        "{{customer}}",
        "{% now 'Y' %}",
        "%(x)s",
    ],
)
def test_anything_else_in_braces_stays_text(chat: Chat, alice_with_carol: Seat, text: str) -> None:
    assert fill(text, chat=chat, agent=alice_with_carol.agent) == text


def test_braces_in_a_name_are_not_filled_again(house: cast.House, alice_with_carol: Seat, chat: Chat) -> None:
    chat.customer.name = "{agent.name}"
    assert fill("Hello {customer.name}", chat=chat, agent=alice_with_carol.agent) == "Hello {agent.name}"


def test_every_word_is_looked_for_in_title_shortcut_and_text(chat: Chat, alice_with_carol: Seat) -> None:
    CannedResponse.objects.create(title="Greeting", shortcut="hi", text="Good morning")
    CannedResponse.objects.create(title="Goodbye", shortcut="bye", text="Good evening")
    assert found(chat, alice_with_carol, "good") == ["Goodbye", "Greeting"]
    assert found(chat, alice_with_carol, "HI") == ["Greeting"]
    assert found(chat, alice_with_carol, "good morning") == ["Greeting"]
    assert found(chat, alice_with_carol, "good afternoon") == []
    assert found(chat, alice_with_carol, "%") == []


def test_only_the_chats_queue_and_language_are_offered(chat: Chat, alice_with_carol: Seat) -> None:
    CannedResponse.objects.create(title="For all", text="x")
    CannedResponse.objects.create(title="German", language="de", text="x")
    CannedResponse.objects.create(title="Of this queue", text="x").queues.add(chat.queue)
    CannedResponse.objects.create(title="Of another", text="x").queues.add(Queue.objects.create(name="Other"))
    assert found(chat, alice_with_carol) == ["For all", "Of this queue"]
