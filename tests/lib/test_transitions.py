"""The one conditional UPDATE behind the state machines."""

from uuid import uuid4

import pytest
from django.db import transaction

from agents.models import Agent
from chats.models import Chat
from lib.errors import Refused
from lib.transitions import one
from tests.cast import fresh


def test_the_row_moves_with_its_changes(alice_available: Agent) -> None:
    with transaction.atomic():
        row = Agent.objects.advance(alice_available.pk, "miss", desk="other")
    assert (row.state, row.desk) == ("rona", "other")
    assert fresh(alice_available).state == "rona"


def test_a_verb_that_is_not_in_the_table_from_here_changes_nothing(alice: Agent) -> None:
    with pytest.raises(Refused, match="state"):
        Agent.objects.advance(alice.pk, "miss", desk="other")
    assert fresh(alice).desk == ""


def test_what_does_not_exist_is_not_found(house: object) -> None:
    with pytest.raises(Refused, match="not_found"):
        Chat.objects.advance(uuid4(), "post")
    with pytest.raises(Refused, match="not_found"):
        one(Chat.objects.all(), pk=uuid4())


def test_a_verb_that_is_not_in_the_table_at_all_is_a_fault(carol_chat: Chat) -> None:
    with pytest.raises(KeyError):
        Chat.objects.advance(carol_chat.pk, "teleport")
