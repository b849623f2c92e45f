"""The live board: what it shows, whom, how it is told, and what a supervisor may do from there."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from agents import operations as agent_operations
from agents.models import Agent, AgentSkill, Skill, Spell, Team
from chats import board, board_reads, operations
from chats.models import Leg, Seat
from chats.watching import boards
from contactcenter import dashboard
from lib.clock import database_now
from lib.errors import Refused
from routing.models import Queue, SkillRequirement
from tests import cast
from tests.cast import fresh
from tests.sockets import Stage, Wire, in_thread

READS = ("board.waiting", "board.why", "board.chats", "supervise.set_state", "supervise.sign_out", "board.watch")


def shown(team: Any) -> board.Board:
    """The team's board as it is now."""
    return board.read({team.pk: team.name}, board.today())[team.pk]


def queue_row(house: cast.House) -> board.QueueRow:
    return shown(house.team).queues[str(house.queue.pk)]


def test_a_queue_shows_who_waits_since_when_and_who_could_take_it(house: cast.House, alice: Agent, bob: Agent) -> None:
    first = cast.comes_in(house.entry_point).chat
    cast.comes_in(house.entry_point)
    cast.has_waited(first, 90)
    row = queue_row(house)
    assert (row.waiting, row.able, row.here, row.talking) == (2, 0, 0, 0)
    assert row.oldest is not None and row.oldest < (queue_row(house).oldest or "") + "x"
    assert (row.inside, row.decided) == (0, 1), "who waits longer than the target has missed it already"
    cast.sits_down(alice)
    assert (queue_row(house).able, queue_row(house).here) == (0, 1)
    cast.goes_available(alice)
    row, mine = queue_row(house), shown(house.team).agents[str(alice.pk)]
    assert (row.waiting, row.able) == (2, 1), "an offer not accepted is still waiting"
    assert (mine.state, mine.offers, mine.chats, mine.wrapups, mine.capacity) == ("available", 2, 0, 0, 3)
    seat = cast.takes(fresh(first), alice)
    cast.customer_leaves(seat.chat)
    mine = shown(house.team).agents[str(alice.pk)]
    assert (mine.offers, mine.chats, mine.wrapups, mine.handled) == (1, 0, 1, 1)


def test_a_queue_that_was_switched_off_is_shown_while_somebody_is_in_it(house: cast.House) -> None:
    chat = cast.comes_in(house.entry_point).chat
    Queue.objects.filter(pk=house.queue.pk).update(is_active=False)
    assert queue_row(house).waiting == 1
    assert [(row.queue.pk, row.waiting) for row in dashboard.now().queues] == [(house.queue.pk, 1)]
    cast.customer_leaves(chat)
    assert shown(house.team).queues == {}
    assert dashboard.now().queues == []


def test_service_level_longest_and_rona_are_of_today(house: cast.House, alice_available: Agent) -> None:
    quick = cast.comes_in(house.entry_point).chat
    cast.takes(quick, alice_available)
    slow = cast.comes_in(house.entry_point).chat
    cast.has_waited(slow, 300)
    cast.takes(slow, alice_available)
    missed = cast.comes_in(house.entry_point).chat
    cast.time_is_up(cast.live_offer(missed))
    operations.lapse(cast.live_offer(missed).pk)
    row = queue_row(house)
    assert (row.inside, row.decided, row.answered, row.offered, row.rona) == (1, 2, 2, 3, 1)
    assert row.longest is not None and 299 <= row.longest <= 330
    assert shown(house.team).agents[str(alice_available.pk)].rona == 1
    before = database_now() - timedelta(days=2)
    Leg.objects.update(since=before, ended_at=before, outcome="answered")
    row = queue_row(house)
    assert (row.decided, row.answered, row.longest) == (0, 0, None)


def test_able_are_only_those_with_a_free_place_and_the_skill(house: cast.House, alice_available: Agent) -> None:
    skill = Skill.objects.create(name="Tariffs")
    SkillRequirement.objects.create(queue=house.queue, skill=skill, after=0, level=5)
    assert queue_row(house).able == 0
    AgentSkill.objects.create(agent=alice_available, skill=skill, level=5)
    assert queue_row(house).able == 1
    for _ in range(3):
        cast.takes(cast.comes_in(house.entry_point).chat, alice_available)
    assert queue_row(house).able == 0


def test_the_board_takes_the_same_number_of_queries_for_any_number_of_agents(house: cast.House, alice: Agent) -> None:
    with CaptureQueriesContext(connection) as few:
        shown(house.team)
    for number in range(30):
        cast.goes_available(cast.hire(f"Agent{number}", house.team))
        cast.comes_in(house.entry_point)
    with CaptureQueriesContext(connection) as many:
        shown(house.team)
    assert len(many) == len(few) <= 18
    assert len(shown(house.team).agents) == 31


def test_why_a_chat_is_not_offered_is_said_in_both_languages(house: cast.House, alice: Agent, bob: Agent) -> None:
    chat = cast.comes_in(house.entry_point).chat
    teams = board.teams_of(bob.pk)[bob.pk]
    cast.sits_down(alice)
    operations.distribute()
    listed = board_reads.waiting(house.queue.pk, teams=teams)["items"]
    assert [(row["chat"], row["offered_to"]) for row in listed] == [(str(chat.pk), None)]
    told = board_reads.why(chat.pk, teams=teams)
    assert told["candidates"] == [] or told["candidates"][0]["name"] == "Alice"
    assert told["headline"] and told["passes"]
    with translation.override("de"):
        german = board_reads.why(chat.pk, teams=teams)
    assert german["headline"] != told["headline"]
    cast.goes_available(alice)
    listed = board_reads.waiting(house.queue.pk, teams=teams)["items"]
    assert listed[0]["offered_to"] == {"id": str(alice.pk), "name": "Alice"}
    assert [row["chosen"] for row in board_reads.why(chat.pk, teams=teams)["candidates"]] == [True]


def test_what_an_agent_holds_is_listed_with_its_wrap_ups(house: cast.House, alice_with_carol: Seat, bob: Agent) -> None:
    held = board_reads.chats(alice_with_carol.agent, by=bob)["items"]
    assert held[0]["allowed"] == ["monitor"]
    assert [(row["chat"], row["role"], row["left_at"]) for row in held] == [
        (str(alice_with_carol.chat_id), "owner", None)
    ]
    cast.customer_leaves(alice_with_carol.chat)
    over = board_reads.chats(alice_with_carol.agent, by=bob)["items"][0]
    assert (over["left_at"] is None, over["allowed"]) == (False, [])


# --- what a supervisor does


def test_a_supervisor_sets_a_state_and_ledger_and_audit_trail_say_who(
    house: cast.House, alice: Agent, bob: Agent
) -> None:
    cast.sits_down(alice)
    operations.set_state(alice.pk, state="available", by=bob)
    assert fresh(alice).state == "available"
    operations.set_state(alice.pk, state="idle", reason=house.lunch, by=bob)
    spell = Spell.objects.get(agent=alice, ended_at=None)
    assert (spell.state, spell.reason, spell.caused_by) == ("idle", house.lunch, bob.user)
    entries = LogEntry.objects.filter(user=bob.user).order_by("pk")
    assert [entry.object_repr for entry in entries] == ["Alice", "Alice"]
    assert "Available" in entries[1].change_message and "Idle · Lunch" in entries[1].change_message
    operations.set_state(alice.pk, state="idle", reason=house.lunch, by=bob)
    assert entries.count() == 2, "what changes nothing is no act"


def test_a_supervisor_frees_an_agent_from_rona(house: cast.House, alice_available: Agent, bob: Agent) -> None:
    agent_operations.miss(alice_available)
    operations.set_state(alice_available.pk, state="idle", by=bob)
    assert fresh(alice_available).state == "idle"


def test_an_offline_agent_stays_offline(house: cast.House, alice: Agent, bob: Agent) -> None:
    with pytest.raises(Refused, match="Alice is offline"):
        operations.set_state(alice.pk, state="available", by=bob)


def test_signing_out_is_refused_while_work_is_open(house: cast.House, alice_with_carol: Seat, bob: Agent) -> None:
    alice = alice_with_carol.agent
    with pytest.raises(Refused, match="1 chat"):
        operations.sign_out_member(alice.pk, by=bob)
    assert fresh(alice).state == "available" and not LogEntry.objects.exists()
    cast.customer_leaves(alice_with_carol.chat)
    with pytest.raises(Refused, match="1 wrap-up"):
        operations.sign_out_member(alice.pk, by=bob)
    operations.release(alice_with_carol, by=cast.of_agent(alice))
    operations.sign_out_member(alice.pk, by=bob)
    assert fresh(alice).state == "offline"
    assert "Offline" in LogEntry.objects.get().change_message


@pytest.mark.parametrize("who", ["mallory", "alice", "demoted"])
def test_only_the_supervisor_of_the_team_may(
    house: cast.House, alice: Agent, bob: Agent, mallory: Agent, who: str
) -> None:
    cast.sits_down(alice)
    if who == "demoted":
        Agent.objects.filter(pk=bob.pk).update(role=Agent.Role.AGENT)
    by = {"mallory": mallory, "alice": alice, "demoted": bob}[who]
    for act in (
        lambda: operations.set_state(alice.pk, state="available", by=by),
        lambda: operations.sign_out_member(alice.pk, by=by),
    ):
        with pytest.raises(Refused, match="not_found"):
            act()
    assert board.teams_of(by.pk) == {by.pk: {}}
    assert fresh(alice).state == "idle"


# --- over the socket


async def rows(wire: Wire, true: Any) -> dict[str, Any]:
    """The first frame of the board of which it is true."""
    return await wire.until(lambda frame: frame["type"] == "board" and true(frame))


async def test_the_board_is_told_whole_and_then_only_what_changes(
    stage: Stage, house: cast.House, alice: Agent, bob: Agent
) -> None:
    desk = await stage.desk(bob)
    answer = await desk.ask("board.watch")
    assert answer["result"] == {"teams": [{"id": str(house.team.pk), "name": "Service"}]}
    whole = await rows(desk, lambda frame: frame["whole"])
    assert [row["name"] for row in whole["agents"]] == ["Alice", "Bob"]
    assert [row["name"] for row in whole["queues"]] == ["Service"]
    desk.seen.clear()
    await in_thread(cast.goes_available, alice)
    change = await rows(desk, lambda frame: frame["agents"])
    assert [(row["name"], row["state"]) for row in change["agents"]] == [("Alice", "available")]
    assert change["rev"] > whole["rev"] and not change["whole"]
    await in_thread(cast.comes_in, house.entry_point)
    change = await rows(desk, lambda frame: frame["queues"] and frame["queues"][0]["waiting"] == 1)
    await desk.ask("board.leave")
    desk.seen.clear()
    await in_thread(agent_operations.go_idle, alice, by=alice.user)
    assert (await desk.ask("board.chats", agent=str(alice.pk)))["type"] == "ok"
    assert (await boards()).watchers == {}


async def test_two_supervisors_are_told_from_one_reading(
    stage: Stage, house: cast.House, alice: Agent, bob: Agent
) -> None:
    def second() -> Agent:
        agent = cast.hire("Bella", house.team, role=Agent.Role.SUPERVISOR)
        house.team.supervisors.add(agent)
        return agent

    desks = [await stage.desk(bob), await stage.desk(await in_thread(second))]
    for desk in desks:
        await desk.ask("board.watch")
        await rows(desk, lambda frame: frame["whole"])
    keeper = await boards()
    assert len(keeper.watchers[house.team.pk]) == 2
    await in_thread(cast.sits_down, alice)
    told = [
        await rows(
            desk, lambda frame: any(row["state"] == "idle" and row["name"] == "Alice" for row in frame["agents"])
        )
        for desk in desks
    ]
    assert told[0] == told[1], "the very same frame, made once"


async def test_who_leads_the_team_no_longer_sees_it_no_longer(
    stage: Stage, house: cast.House, alice: Agent, bob: Agent
) -> None:
    desk = await stage.desk(bob)
    await desk.ask("board.watch")
    await rows(desk, lambda frame: frame["whole"])
    await in_thread(house.team.supervisors.remove, bob)
    over = await rows(desk, lambda frame: frame["ended"])
    assert over["team"]["id"] == str(house.team.pk) and over["agents"] == []
    assert (await boards()).watchers == {}


async def test_who_is_given_a_team_sees_it_without_asking_again(stage: Stage, house: cast.House, bob: Agent) -> None:
    desk = await stage.desk(bob)
    await desk.ask("board.watch")
    await rows(desk, lambda frame: frame["whole"])

    def gets_more() -> Team:
        Team.objects.filter(pk=house.team.pk).update(name="First line")
        team = Team.objects.create(name="Second line")
        team.supervisors.add(bob)
        return team

    more = await in_thread(gets_more)
    new = await rows(desk, lambda frame: frame["team"]["id"] == str(more.pk))
    assert (new["team"]["name"], new["whole"]) == ("Second line", True)
    await rows(desk, lambda frame: frame["team"] == {"id": str(house.team.pk), "name": "First line"})


async def test_a_desk_that_is_gone_is_let_go(stage: Stage, house: cast.House, bob: Agent) -> None:
    desk = await stage.desk(bob)
    await desk.ask("board.watch")
    await rows(desk, lambda frame: frame["whole"])
    keeper = await boards()
    await desk.leave()
    assert not keeper._somebody()


async def test_mallory_sees_nothing(stage: Stage, house: cast.House, alice_with_carol: Seat, mallory: Agent) -> None:
    desk = await stage.desk(mallory)
    fields = {
        "board.waiting": {"queue": str(house.queue.pk)},
        "board.why": {"chat": str(alice_with_carol.chat_id)},
        "board.chats": {"agent": str(alice_with_carol.agent_id)},
        "supervise.set_state": {"agent": str(alice_with_carol.agent_id), "state": "idle"},
        "supervise.sign_out": {"agent": str(alice_with_carol.agent_id)},
        "board.watch": {},
    }
    for kind in READS:
        answer = await desk.ask(kind, **fields[kind])
        assert (answer["type"], answer["code"]) == ("error", "forbidden"), kind

    def leads_elsewhere() -> None:
        Agent.objects.filter(pk=mallory.pk).update(role=Agent.Role.SUPERVISOR)
        mallory.team.supervisors.add(mallory)

    await in_thread(leads_elsewhere)
    desk = await stage.desk(mallory, take_over=True)
    for kind in READS[:-1]:
        answer = await desk.ask(kind, **fields[kind])
        assert (answer["type"], answer["code"]) == ("error", "not_found"), kind
    await desk.ask("board.watch")
    whole = await rows(desk, lambda frame: frame["whole"])
    assert [row["name"] for row in whole["agents"]] == ["Mallory"]
    assert [row["name"] for row in whole["queues"]] == ["Elsewhere"]


async def test_an_agent_who_is_signed_out_by_his_supervisor_is_told_and_stays_out(
    stage: Stage, house: cast.House, alice: Agent, bob: Agent
) -> None:
    mine, his = await stage.desk(alice), await stage.desk(bob)
    assert (await his.ask("supervise.sign_out", agent=str(alice.pk)))["type"] == "ok"
    assert await mine.closing() == 4401
    assert (await in_thread(fresh, alice)).state == "offline"


def test_a_queue_that_two_teams_serve_is_on_both_boards(house: cast.House, mallory: Agent) -> None:
    house.queue.groups.get().teams.add(mallory.team)
    found = board.read({house.team.pk: "Service", mallory.team.pk: "Elsewhere"}, board.today())
    mine = {Queue.objects.get(pk=key).name for key in found[mallory.team.pk].queues}
    assert mine == {"Service", "Elsewhere"}
    assert set(found[house.team.pk].agents) == set()
