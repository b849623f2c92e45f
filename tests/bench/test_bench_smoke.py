"""The benchmark's own client against the running product: a handful of messages, none lost, doubled or reordered."""

import asyncio
import json
import subprocess
import sys

from bench.journal import Journal
from bench.messages import CARD, Cast, drain
from bench.servers import stage_of
from contactcenter.embedded import ROOT
from tests.live import Live

CHATS, CHATS_PER_AGENT, EACH = 4, 2, 5


async def test_a_handful_of_messages_arrives_on_both_sides_in_order(live_server_processes: Live):
    live = live_server_processes
    command = [sys.executable, "-m", "bench.stage", str(CHATS), str(CHATS_PER_AGENT)]
    staged = await asyncio.to_thread(
        subprocess.run, command, env=live.environment, cwd=ROOT, capture_output=True, text=True
    )
    assert staged.returncode == 0, staged.stderr
    cast = Cast(stage_of("ours", json.loads(staged.stdout), live.port), CHATS)
    await cast.open(live.port)
    journal = Journal("smoke")
    cast.write_into(journal)
    now = asyncio.get_running_loop().time
    for number in range(EACH):
        for talker, chat in cast.lanes:
            talker.say(chat, f"Message {number}, my card is {CARD}.", now(), CARD)
    await drain(journal)
    assert journal.problems == []
    assert journal.acknowledged == journal.sent == 2 * CHATS * EACH
    assert len(journal.arrivals) == journal.sent
    rows = live.execute("SELECT count(DISTINCT cid) FROM chats_entry WHERE cid LIKE %s", [f"{journal.head}-%"])
    assert rows == [(journal.sent,)]
    for customer in cast.customers:
        customer.tell("chat.leave", id="bye")
    await cast.close()
