"""Every state × every verb: the tables are the whole truth, and each verb leaves one row in the ledger."""

from collections.abc import Callable
from typing import Any

import pytest

from agents import operations as agent_operations
from agents import states as agent_states
from agents.models import Agent, Spell
from chats import operations
from chats import states as chat_states
from chats.models import Chat, ChatEvent
from lib.errors import Refused
from routing.models import EntryPoint
from tests import cast
from tests.cast import fresh

CHAT_MOVES = [(verb, state) for verb in chat_states.TRANSITIONS for state in chat_states.State.values]
AGENT_MOVES = [(verb, state) for verb in agent_states.TRANSITIONS for state in agent_states.State.values]


def chat_in(state: str, house: cast.House, alice: Agent) -> Chat:
    """A chat that came into that state the ordinary way."""
    if state == "bot":
        EntryPoint.objects.update(bot_speaks_first=True)
    if state in ("offered", "active"):
        cast.goes_available(alice)
    chat = cast.leaves_message(house.entry_point).chat if state == "later" else cast.comes_in(house.entry_point).chat
    if state == "active":
        cast.takes(chat, alice)
    if state == "ended":
        cast.customer_leaves(chat)
    row = fresh(chat)
    assert row.state == state
    return row


def shared_in(state: str, house: cast.House, alice: Agent, bob: Agent, ben: Agent) -> Chat:
    """As `chat_in`; Alice's chat also while Ben is asked, or sits there too, or Bob reads along."""
    if state not in ("active", "asked", "invited", "conference", "watched"):
        return chat_in(state, house, alice)
    chat = chat_in("active", house, alice)
    for agent in (bob, ben):
        cast.sits_down(agent)
    agent_operations.become_available(ben, by=ben.user)
    if state == "asked":
        operations.transfer(chat, by=alice, agent=ben)
    if state in ("invited", "conference"):
        operations.request_conference(chat, by=alice, agent=ben)
    if state == "conference":
        cast.takes(chat, ben)
    if state == "watched":
        operations.monitor(chat, by=bob)
    return fresh(chat)


def agent_in(state: str, alice: Agent) -> Agent:
    """Alice, who came into that state the ordinary way."""
    if state != "offline":
        cast.sits_down(alice)
    if state in ("available", "rona"):
        agent_operations.become_available(alice, by=alice.user)
    if state == "rona":
        agent_operations.miss(alice)
    assert fresh(alice).state == state
    return fresh(alice)


@pytest.mark.parametrize(("verb", "state"), CHAT_MOVES)
def test_a_chat_moves_as_the_table_says_and_not_otherwise(
    house: cast.House, alice: Agent, verb: str, state: str
) -> None:
    chat = chat_in(state, house, alice)
    target = chat_states.TRANSITIONS[verb].get(state)
    now = {"ended_at": chat.started_at} if target == "ended" else {}
    waits = {"enqueued_at": chat.started_at} if target == "queued" else {}
    if target is None:
        with pytest.raises(Refused, match="state"):
            Chat.objects.advance(chat.pk, verb)
        assert fresh(chat).state == state
    else:
        assert Chat.objects.advance(chat.pk, verb, **now, **waits).state == target


@pytest.mark.parametrize(("verb", "state"), AGENT_MOVES)
def test_an_agent_moves_as_the_table_says_with_one_spell_for_each_move(alice: Agent, verb: str, state: str) -> None:
    agent_in(state, alice)
    if verb == "lapse" and state != "offline":
        cast.desk_is_silent(alice)
    if verb == "time_out":
        cast.does_nothing(alice)
    verbs: dict[str, Callable[[], Any]] = {
        "sign_in": lambda: agent_operations.sign_in(alice, desk="d", by=alice.user, take_over=True),
        "become_available": lambda: agent_operations.become_available(alice, by=alice.user),
        "go_idle": lambda: agent_operations.go_idle(alice, by=alice.user),
        "miss": lambda: agent_operations.miss(alice),
        "sign_out": lambda: agent_operations.sign_out(alice, by=alice.user),
        "lapse": lambda: agent_operations.lapse(alice),
        "time_out": lambda: agent_operations.time_out(alice),
    }
    before, target = Spell.objects.count(), agent_states.TRANSITIONS[verb].get(state)
    if target is None and verb not in ("sign_in", "lapse", "time_out"):
        with pytest.raises(Refused, match="state"):
            verbs[verb]()
    else:  # a second desk of an agent who is signed in, and a lease that does not exist, move nothing
        verbs[verb]()
    assert fresh(alice).state == (target or state)
    began = target not in (None, state, "offline")
    assert Spell.objects.count() == before + began
    assert Spell.objects.filter(ended_at=None).count() == (fresh(alice).state != "offline")


@pytest.mark.parametrize(
    ("verb", "state", "rows"),
    [
        ("hand_over", "bot", ["hand_over"]),
        ("offer", "queued", ["offer"]),
        ("accept", "offered", ["accept"]),
        ("lapse", "offered", ["lapse", "requeue"]),
        ("withdraw", "offered", ["withdraw", "requeue"]),
        ("leave", "active", ["leave"]),
        ("end", "active", ["end"]),
        ("abandon", "active", ["abandon"]),
        ("rate", "ended", ["rate"]),
        ("transfer", "active", ["transfer"]),
        ("request_transfer", "active", ["request_transfer"]),
        ("request_conference", "active", ["request_conference"]),
        ("monitor", "active", ["monitor"]),
        ("whisper", "active", ["whisper"]),
        ("barge_in", "active", ["barge_in"]),
        ("take_over", "active", ["take_over"]),
        ("leave_supervision", "watched", ["leave_supervision"]),
        ("accept", "asked", ["accept"]),
        ("lapse", "asked", ["lapse"]),
        ("withdraw", "asked", ["withdraw"]),
        ("cancel_transfer", "asked", ["cancel_transfer"]),
        ("cancel_conference", "invited", ["cancel_conference"]),
        ("end_conference", "conference", ["end_conference"]),
        ("exit_conference", "conference", ["exit_conference"]),
        ("hand_over_conference", "conference", ["hand_over_conference"]),
    ],
)
def test_a_verb_leaves_its_row_in_the_ledger_with_the_state_after_it(
    house: cast.House, alice: Agent, bob: Agent, verb: str, state: str, rows: list[str]
) -> None:
    ben = cast.hire("Ben", house.team)
    chat = shared_in(state, house, alice, bob, ben)
    last = ChatEvent.objects.filter(chat=chat).count()
    if verb in ("lapse", "withdraw"):
        agent_operations.go_idle(alice, by=alice.user)
        cast.time_is_up(cast.live_offer(chat))
    if verb == "abandon":
        cast.patience_is_over(chat)
    verbs: dict[str, Callable[[], Any]] = {
        "hand_over": lambda: cast.customer_says(chat, "zzz"),
        "offer": lambda: cast.goes_available(alice),
        "accept": lambda: cast.takes(chat, cast.live_offer(chat).agent),
        "lapse": lambda: operations.lapse(cast.live_offer(chat).pk),
        "withdraw": lambda: operations.withdraw(cast.live_offer(chat).pk, why="lost"),
        "leave": lambda: cast.customer_leaves(chat),
        "end": lambda: operations.end(chat, by=alice),
        "abandon": lambda: operations.abandon(chat),
        "rate": lambda: operations.rate(chat, score=5, comment=""),
        "transfer": lambda: operations.transfer(chat, by=alice, queue=cast.new_queue("Else")),
        "request_transfer": lambda: operations.transfer(chat, by=alice, agent=ben),
        "request_conference": lambda: operations.request_conference(chat, by=alice, agent=ben),
        "cancel_transfer": lambda: operations.cancel_transfer(chat, by=alice),
        "cancel_conference": lambda: operations.cancel_conference(chat, by=alice),
        "end_conference": lambda: operations.end_conference(chat, by=alice),
        "exit_conference": lambda: operations.exit_conference(chat, by=ben),
        "hand_over_conference": lambda: operations.hand_over_conference(chat, by=alice),
        "monitor": lambda: operations.monitor(chat, by=bob),
        "whisper": lambda: operations.whisper(chat, by=bob, text="psst"),
        "barge_in": lambda: operations.barge_in(chat, by=bob),
        "take_over": lambda: operations.take_over(chat, by=bob),
        "leave_supervision": lambda: operations.leave_supervision(chat, by=bob),
    }
    verbs[verb]()
    written = list(ChatEvent.objects.filter(chat=chat).order_by("pk"))[last:]
    assert [row.verb for row in written] == rows
    assert written[-1].state == fresh(chat).state
