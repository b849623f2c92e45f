"""The same message fifty times at once, over two sockets and HTTP: one line, and the same answer for everybody."""

import random
from typing import Any

import httpx
import pytest

from contactcenter.simulator.client import Refusal, WireClient
from contactcenter.simulator.rest import Ticket
from tests.faults.house import FaultHouse
from tests.faults.journal import Company, Talk, all_of

pytestmark = pytest.mark.live

TIMES = 50


class Ways:
    """Three ways to say the same."""

    def __init__(self, talk: Talk, second: WireClient, http: httpx.AsyncClient) -> None:
        self.chat, self.sockets, self.http = talk.chat, (talk.customer, second), http
        self.headers = {"Authorization": f"Bearer {talk.record.token}"}

    async def say(self, way: int, cid: str, text: str) -> dict[str, Any]:
        """The answer: of one of the sockets, or of HTTP with its status. A refusal's `code` is in it."""
        if way % 3 < 2:
            try:
                return await self.sockets[way % 3].request("message.send", chat=self.chat, cid=cid, text=text)
            except Refusal as refusal:
                return {"code": refusal.code}
        path = f"/api/v1/chats/{self.chat}/messages/"
        answer = await self.http.post(path, json={"cid": cid, "text": text}, headers=self.headers)
        return {"status": answer.status_code, **answer.json()}


async def test_the_same_message_fifty_times_at_once_stands_once(house: FaultHouse, rng: random.Random) -> None:
    async with (
        Company(house, chats=1, rng=rng, patient=True) as company,
        httpx.AsyncClient(base_url=house.base_url, timeout=60, trust_env=False) as http,
    ):
        talk = company.talks[0]
        second = await company.customer(Ticket(talk.chat, talk.record.token or "", "/ws/customer/"))
        await company.arrives(second, lambda: second.online)
        ways = Ways(talk, second, http)
        order = [n % 3 for n in range(TIMES)]
        rng.shuffle(order)

        said = await all_of(ways.say(way, "once", "the very same 🙂") for way in order)
        assert [answer["duplicate"] for answer in said].count(False) == 1
        assert {(answer["seq"], answer["cid"], answer["text"], answer["at"]) for answer in said} == {
            (said[0]["seq"], "once", "the very same 🙂", said[0]["at"])
        }
        assert {answer["status"] for answer in said if "status" in answer} <= {200, 201}

        others = await all_of(ways.say(way, "once", "something else") for way in order)
        assert {answer["code"] for answer in others} == {"conflict"}
        assert {answer["status"] for answer in others if "status" in answer} == {409}

        entries = await company.rest.history(talk.chat, talk.record.token or "")
        assert [entry["text"] for entry in entries if entry["cid"] == "once"] == ["the very same 🙂"]
        assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
        for wire in (talk.customer, second, talk.agent):
            await company.arrives(wire, lambda w=wire: w.transcript(talk.chat).cursor == len(entries))

        # An agent's words of the same name are his own.
        mine = await talk.agent.request("message.send", chat=talk.chat, cid="once", text="mine")
        assert not mine["duplicate"]
