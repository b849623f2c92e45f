"""Whole runs against a small real server, with the faults a network has."""

import asyncio
import json
import os
import sys

import pytest
from django.core.management import CommandError, call_command

from contactcenter.simulator.client import Timing
from contactcenter.simulator.dialogues import Dialogue
from contactcenter.simulator.plan import make
from contactcenter.simulator.run import Options, is_loopback, simulate
from tests.contactcenter.simulator_server import SmallServer

QUICK = Timing(answer=3.0, heartbeat=5.0, hole=0.05, back_from=0.01, back_to=0.05, last_lapse=3.0)
SHORT = (
    Dialogue("1", "tea", "en", ("Is the green tea back?", "Two packets then.", "Thanks")),
    Dialogue("2", "tea", "de", ("Ist der Oolong wieder da?", "Schade")),
)


async def play(server: SmallServer, *, customers=4, agents=2, seconds=4.0, rona=0.0, password="demo", entry="direct"):
    said: list[str] = []
    plan = make(customers=customers, agents=agents, seconds=seconds, dialogues=SHORT, seed="7", rona=rona)
    async with server.running():
        options = Options(server.base, entry, password, progress_every=0.5, timing=QUICK)
        numbers = await simulate(plan, options, said.append)
    return numbers, said


async def test_a_run_ends_with_everything_acknowledged_verified_and_over():
    server = SmallServer()
    numbers, said = await play(server)
    assert numbers["ok"], numbers["problems"]
    assert numbers["chats"]["started"] == numbers["chats"]["answered"] == numbers["chats"]["ended"] == 4
    messages = numbers["messages"]
    assert messages["sent"] == messages["acknowledged"] + messages["too late"]
    assert messages["verified"] == messages["acknowledged"] >= 10
    assert numbers["wait_s"]["count"] == 4 and numbers["round_trip_ms"]["p99"] is not None
    assert said and said[0].startswith("00:00  customers")
    assert server.submitted and all(1 <= len(codes) == len(set(codes)) <= 3 for codes in server.submitted)
    assert all(desk.state == "idle" and not desk.wrapups for desk in server.desks.values())


@pytest.mark.parametrize("who", ["customer", "agent"])
async def test_a_message_whose_answer_is_lost_goes_out_again_and_stands_once(who):
    server = SmallServer(cut={f"{who} message.send"})
    numbers, _ = await play(server, customers=2, agents=1)
    assert numbers["ok"], numbers["problems"]
    assert numbers["messages"]["answered as duplicate"] == 1
    assert numbers["messages"]["frames sent again"] == 1
    assert server.heard["hello"] == numbers["connections"]["hellos"] == 4


async def test_an_offer_ignored_on_purpose_lapses_and_the_agent_comes_back():
    server = SmallServer(offer_seconds=0.1)
    numbers, _ = await play(server, customers=2, agents=2, seconds=5.0, rona=1.0)
    assert numbers["ok"], numbers["problems"]
    # Toward the end nothing is ignored any more, but an offer may still lapse under the agent's hand.
    assert numbers["chats"]["lapsed"] == server.lapses >= numbers["agents"]["offers ignored"] > 0
    # Two offers that lapse together send the agent into RONA once.
    assert 0 < numbers["agents"]["times in RONA"] <= server.lapses


async def test_told_to_slow_down_the_customers_wait_and_the_report_says_so():
    numbers, _ = await play(SmallServer(busy=2), customers=2, agents=1)
    assert numbers["ok"], numbers["problems"]
    assert numbers["asked_to_wait"] == {"start": 0.2}
    assert numbers["errors"]["http 429 rate_limited"] == 2


async def test_without_agents_customers_leave_at_the_end_and_count_as_abandoned():
    numbers, _ = await play(SmallServer(), customers=2, agents=0, seconds=1.5)
    assert numbers["ok"], numbers["problems"]
    assert numbers["chats"]["abandoned"] == numbers["chats"]["ended"] == 2
    assert numbers["chats"]["answered"] == 0


async def test_an_acknowledged_message_missing_in_history_spoils_the_run():
    server = SmallServer()
    server.lose_from_history = True
    numbers, _ = await play(server, customers=1, agents=1, seconds=1.5)
    assert not numbers["ok"]
    assert numbers["messages"]["verified"] == 0 < numbers["messages"]["acknowledged"]
    assert any("stands 0 times" in problem for problem in numbers["problems"])


async def test_entries_that_never_came_live_are_fetched():
    server = SmallServer()
    server.swallow_entries = True
    numbers, _ = await play(server, customers=1, agents=1, seconds=2.0)
    assert numbers["ok"], numbers["problems"]
    assert numbers["connections"]["holes mended"] > 0


async def test_a_wrong_password_is_said_and_no_customer_is_sent():
    numbers, _ = await play(SmallServer(), customers=2, agents=1, password="nope")
    assert not numbers["ok"]
    assert "Agent alice: alice can't log in with this password. (HTTP 200, unauthenticated)" in numbers["problems"]
    assert numbers["chats"]["started"] == 0


async def test_an_unknown_entry_point_is_said():
    numbers, _ = await play(SmallServer(), customers=1, agents=0, seconds=0.5, entry="nowhere")
    assert not numbers["ok"]
    assert numbers["problems"] == ["A chat could not be started: No such entry point. (HTTP 404, not_found)"]


async def test_ctrl_c_brings_everything_to_an_end():
    server = SmallServer()
    plan = make(customers=3, agents=1, seconds=600, dialogues=SHORT, seed="7", rona=0.0)
    said: list[str] = []
    async with server.running():
        running = asyncio.create_task(simulate(plan, Options(server.base, timing=QUICK), said.append))
        await server.talking.wait()
        interrupt = await asyncio.create_subprocess_shell(f"kill -INT {os.getpid()}")
        await interrupt.wait()
        numbers = await running
    assert numbers["ok"], numbers["problems"]
    assert "Ended early by Ctrl-C." in numbers["notes"]
    assert numbers["chats"]["started"] == numbers["chats"]["ended"] > 0


def test_only_this_machine_counts_as_loopback():
    assert all(map(is_loopback, ("http://localhost:8000", "http://127.3.2.1", "http://[::1]:80")))
    assert not any(map(is_loopback, ("http://example.org", "http://192.168.1.5:8000", "http://localhost.example.org")))


def simulate_command(*more: str) -> None:
    call_command("simulate", "--customers", "1", "--agents", "0", "--minutes", "0.05", *more)


def test_nothing_at_the_address_is_one_sentence():
    with pytest.raises(CommandError, match=r"^Nothing answers at http://127\.0\.0\.1:9: is the server running\?"):
        simulate_command("--base", "http://127.0.0.1:9")


def test_another_machine_needs_the_owners_word():
    with pytest.raises(CommandError, match="--i-own-this-server"):
        simulate_command("--base", "http://192.0.2.1")


def test_a_bad_transcript_is_named_with_its_line(tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "1", "domain": "x", "customer": [{"text": "hi"}]}\n\n{"id": "2"}\n')
    with pytest.raises(CommandError, match=r'bad\.jsonl, line 3: "domain" must be a text'):
        simulate_command("--transcripts", str(bad))


@pytest.mark.parametrize(
    "wrong",
    [("--agents", "13"), ("--customers", "0"), ("--minutes", "nan"), ("--rona", "2"), ("--base", "ftp://127.0.0.1")],
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(CommandError, match=wrong[0]):
        simulate_command(*wrong)


async def test_the_command_writes_its_numbers_and_exits_with_0(tmp_path):
    server, numbers = SmallServer(), tmp_path / "numbers.json"
    async with server.running():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "manage.py", "simulate", "--customers", "2", "--agents", "1", "--minutes", "0.05",
            "--base", server.base, "--json", str(numbers), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    assert json.loads(numbers.read_text())["ok"] is True
    assert "chats are over." in out.decode()
