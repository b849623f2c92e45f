"""Supervisors in the chats of their teams: what they may, who notices, and what is written down of it."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.contrib.admin.models import LogEntry

from agents.models import Agent
from chats import operations, snapshots, supervision
from chats.models import Chat, Entry, Finding, Seat, Watch
from chats.tasks import sweep
from lib.errors import Refused
from routing.models import DesktopProfile
from tests import cast
from tests.cast import fresh
from tests.races.race import held
from wrapup.models import WrapUp


@pytest.fixture
def boss(bob: Agent) -> Agent:
    """Bob at his desk, Idle."""
    return cast.sits_down(bob)


def roles(chat: Chat) -> dict[str, str]:
    return {seat.agent.name: seat.role for seat in Seat.objects.live().filter(chat=chat)}


def staff(chat: Chat) -> list[str]:
    return [line.kind for line in cast.lines(chat, Entry.STAFF)]


def test_reading_along_takes_no_place_and_the_customer_sees_nothing(chat: Chat, boss: Agent) -> None:
    before = fresh(chat).public_head
    operations.monitor(chat, by=boss)
    operations.monitor(chat, by=boss)
    (row,) = snapshots.watched(boss)
    assert (row["id"], row["role"], row["agents"][0]["name"]) == (str(chat.pk), "monitor", "Alice")
    assert row["allowed"] == ["whisper", "barge_in", "take_over", "supervise_leave"]
    assert snapshots.heads(boss) == {str(chat.pk): before, f"{chat.pk}/staff": 1}
    assert (snapshots.load(boss)["chat"], snapshots.chats(boss)) == (0, [])
    assert fresh(chat).public_head == before
    assert [each["name"] for each in snapshots.for_customer(Chat.objects.viewed(chat.pk))["chat"]["agents"]] == [
        "Alice"
    ]
    with pytest.raises(Refused, match="forbidden"):
        cast.agent_says(chat, boss, "Hello")


def test_the_agent_sees_who_reads_along_unless_the_profile_says_no(house: cast.House, chat: Chat, boss: Agent) -> None:
    operations.monitor(chat, by=boss)
    operations.leave_supervision(chat, by=boss)
    assert [line.data["on"] for line in cast.lines(chat, Entry.STAFF)] == [True, False]
    DesktopProfile.objects.create(name="Quiet", shows_monitoring=False)
    operations.monitor(chat, by=boss)
    operations.leave_supervision(chat, by=boss)
    assert staff(chat) == ["monitoring", "monitoring"]
    assert not Watch.objects.filter(ended_at=None).exists()


def test_a_whisper_is_for_agents_only(chat: Chat, boss: Agent, alice: Agent) -> None:
    public = fresh(chat).public_head
    operations.whisper(chat, by=boss, text="Offer her the refund.")
    line = cast.lines(chat, Entry.STAFF)[-1]
    assert (line.kind, line.text, line.data["follows"], line.sender_name) == (
        "whisper",
        "Offer her the refund.",
        public,
        "Bob",
    )
    assert fresh(chat).public_head == public
    assert snapshots.heads(alice)[f"{chat.pk}/staff"] == 1


def test_card_data_in_a_whisper_is_masked_also_in_pieces(chat: Chat, boss: Agent) -> None:
    operations.whisper(chat, by=boss, text=f"her card is {cast.CARD}")
    assert cast.lines(chat, Entry.STAFF)[-1].text == f"her card is {cast.MASKED_CARD}"
    assert Finding.objects.get().place == "whisper"
    operations.whisper(chat, by=boss, text="4111 1111")
    operations.whisper(chat, by=boss, text="1111 1111")
    texts = [line.text for line in cast.lines(chat, Entry.STAFF)]
    assert "4111 1111" not in texts
    for text, masked in (("12/27", "••/••"), ("and 123", "and •••"), ("offer him 123 EUR", "offer him 123 EUR")):
        assert operations.whisper(chat, by=boss, text=text).text == masked
    assert staff(chat).count("amended") == 1
    assert [line.seq for line in cast.lines(chat, Entry.STAFF)] == list(range(1, fresh(chat).staff_head + 1))


def test_joining_the_customer_sees_the_supervisor(chat: Chat, boss: Agent, alice: Agent) -> None:
    operations.monitor(chat, by=boss)
    operations.barge_in(chat, by=boss)
    assert roles(chat) == {"Alice": "owner", "Bob": "guest"}
    assert cast.lines(chat)[-1].data["name"] == "Bob"
    assert (snapshots.watched(boss), snapshots.load(boss)["chat"]) == ([], 1)
    assert snapshots.chats(boss)[0]["allowed"][-2:] == ["conference_exit", "take_over"]
    operations.leave_supervision(chat, by=boss)
    assert roles(chat) == {"Alice": "owner"}
    assert [row.agent for row in WrapUp.objects.open()] == [boss]


@pytest.mark.parametrize("joined_before", [False, True])
def test_taking_over_puts_the_agent_out(chat: Chat, boss: Agent, alice: Agent, joined_before: bool) -> None:
    operations.monitor(chat, by=boss)
    if joined_before:
        operations.barge_in(chat, by=boss)
    operations.take_over(chat, by=boss)
    assert roles(chat) == {"Bob": "owner"}
    assert [row.agent for row in WrapUp.objects.open()] == [alice]
    assert not Watch.objects.filter(ended_at=None).exists()
    with pytest.raises(Refused, match="state"):
        operations.leave_supervision(chat, by=boss)
    operations.end(chat, by=boss)


def test_taking_over_takes_back_what_was_asked(house: cast.House, chat: Chat, boss: Agent, alice: Agent) -> None:
    ben = cast.goes_available(cast.hire("Ben", house.team))
    operations.transfer(chat, by=alice, agent=ben)
    asked = cast.live_offer(chat)
    with pytest.raises(Refused, match="state: Cancel the request first"):
        operations.barge_in(chat, by=boss)
    operations.take_over(chat, by=boss)
    assert (fresh(asked).outcome, roles(chat)) == ("withdrawn", {"Bob": "owner"})


def test_a_supervisor_without_a_free_place_can_read_but_not_join(house: cast.House, chat: Chat, boss: Agent) -> None:
    cast.goes_available(boss)
    for _ in range(6):
        cast.comes_in(house.entry_point)
    for offer in boss.offers.live():
        operations.accept(offer.pk, by=boss)
    assert snapshots.load(boss)["chat"] == 3
    operations.monitor(chat, by=boss)
    for verb in (operations.barge_in, operations.take_over):
        with pytest.raises(Refused, match="capacity"):
            verb(chat, by=boss)


VERBS = [
    operations.monitor,
    operations.barge_in,
    operations.take_over,
    lambda chat, by: operations.whisper(chat, by=by, text="psst"),
]


@pytest.mark.parametrize("verb", VERBS, ids=["monitor", "barge_in", "take_over", "whisper"])
def test_only_supervisors_of_the_team_may(house: cast.House, chat: Chat, alice: Agent, mallory: Agent, verb) -> None:
    colleague = cast.hire("Ben", house.team)
    other = cast.hire("Otto", mallory.team, role=Agent.Role.SUPERVISOR)
    mallory.team.supervisors.add(other)
    for by, code in ((alice, "forbidden"), (colleague, "not_found"), (mallory, "not_found"), (other, "not_found")):
        with pytest.raises(Refused, match=code):
            verb(chat, by=by)
    assert (roles(chat), staff(chat)) == ({"Alice": "owner"}, [])


def test_who_supervises_the_guest_alone_may_not_put_the_owner_out(
    chat: Chat, boss: Agent, alice: Agent, mallory: Agent
) -> None:
    other = cast.hire("Otto", mallory.team, role=Agent.Role.SUPERVISOR)
    mallory.team.supervisors.add(other)
    for agent in (other, mallory):
        cast.goes_available(agent)
    operations.request_conference(chat, by=alice, agent=mallory)
    cast.takes(chat, mallory)
    operations.monitor(chat, by=other)
    (watched,) = snapshots.watched(other)
    assert watched["allowed"] == ["whisper", "supervise_leave"]
    with pytest.raises(Refused, match="forbidden"):
        operations.take_over(chat, by=other)
    operations.end_conference(chat, by=alice)
    operations.request_conference(chat, by=alice, agent=other)
    cast.takes(chat, other)
    assert "take_over" not in snapshots.chats(other)[0]["allowed"], "nor as the guest himself"
    assert roles(chat) == {"Alice": "owner", "Otto": "guest"}
    operations.monitor(chat, by=boss)
    assert "take_over" in snapshots.watched(boss)[0]["allowed"]
    operations.take_over(chat, by=boss)
    assert roles(chat) == {"Bob": "owner", "Otto": "guest"}


def test_every_act_is_in_the_ledger_and_the_audit_trail(chat: Chat, boss: Agent) -> None:
    operations.monitor(chat, by=boss)
    operations.whisper(chat, by=boss, text="psst")
    operations.leave_supervision(chat, by=boss)
    operations.barge_in(chat, by=boss)
    operations.take_over(chat, by=boss)
    acts = ["monitor", "whisper", "leave_supervision", "barge_in", "take_over"]
    assert cast.verbs(chat)[-5:] == acts
    trail = LogEntry.objects.filter(object_id=str(chat.pk), user=boss.user).order_by("pk")
    assert [act for act, entry in zip(acts, trail, strict=True) if act in entry.get_change_message()] == acts
    assert "psst" not in str(list(trail.values()))


def test_when_the_chat_leaves_the_team_nobody_reads_along_any_more(house: cast.House, chat: Chat, boss: Agent) -> None:
    operations.monitor(chat, by=boss)
    operations.transfer(chat, by=chat.seats.get().agent, queue=house.queue)
    assert (snapshots.watched(boss), snapshots.heads(boss)) == ([], {})
    assert not Watch.objects.filter(ended_at=None).exists()


def test_when_the_chat_ends_too(chat: Chat, boss: Agent) -> None:
    operations.monitor(chat, by=boss)
    cast.customer_leaves(chat)
    assert (snapshots.watched(boss), snapshots.heads(boss)) == ([], {})
    assert not Watch.objects.filter(ended_at=None).exists()


def test_a_supervisor_who_loses_the_team_reads_nothing_any_more(house: cast.House, chat: Chat, boss: Agent) -> None:
    operations.monitor(chat, by=boss)
    house.team.supervisors.remove(boss)
    assert (snapshots.watched(boss), snapshots.heads(boss)) == ([], {})
    assert not Chat.objects.readable_by(boss).exists()


def out_of_the_team(house: cast.House, boss: Agent) -> None:
    house.team.supervisors.remove(boss)


def a_supervisor_no_more(house: cast.House, boss: Agent) -> None:
    row = fresh(boss)
    row.role = Agent.Role.AGENT
    row.save()


@pytest.mark.parametrize("loses", [out_of_the_team, a_supervisor_no_more])
@pytest.mark.parametrize("busy", [False, True], ids=["free", "held"])
def test_what_a_supervisor_read_is_over_when_he_loses_it_and_does_not_revive(
    house: cast.House, chat: Chat, boss: Agent, loses: Callable[[cast.House, Agent], None], busy: bool
) -> None:
    operations.monitor(chat, by=boss)
    with held(chat) if busy else nullcontext():
        loses(house, boss)
    assert sweep()["unwatched"] == busy
    Agent.objects.filter(pk=boss.pk).update(role=Agent.Role.SUPERVISOR)
    house.team.supervisors.add(boss)
    assert (snapshots.watched(fresh(boss)), snapshots.heads(fresh(boss))) == ([], {})
    assert (staff(chat), cast.verbs(chat)[-1]) == (["monitoring", "monitoring"], "leave_supervision")
    trail = LogEntry.objects.filter(object_id=str(chat.pk), user=boss.user).order_by("pk")
    assert "leave_supervision" in trail[1].get_change_message()


def test_a_supervisor_who_goes_home_or_is_lost_reads_along_no_more(chat: Chat, boss: Agent) -> None:
    operations.monitor(chat, by=boss)
    operations.sign_out(boss, by=boss.user)
    assert not Watch.objects.filter(ended_at=None).exists()
    cast.sits_down(boss)
    operations.monitor(chat, by=boss)
    cast.desk_is_silent(boss)
    sweep()
    assert not Watch.objects.filter(ended_at=None).exists()
    assert staff(chat) == ["monitoring"] * 4


def test_the_list_holds_the_team_s_conversations_and_finds_them_by_name(
    house: cast.House, chat: Chat, boss: Agent, mallory: Agent
) -> None:
    (item,) = supervision.conversations(boss, "")["items"]
    assert (item["chat"], item["agents"][0]["name"], item["watched"]) == (str(chat.pk), "Alice", False)
    assert len(supervision.conversations(boss, "car ali")["items"]) == 1
    assert supervision.conversations(boss, "nobody")["items"] == []
    assert supervision.conversations(mallory, "")["items"] == []
