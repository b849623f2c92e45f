"""While Valkey is away people still come in and log in, with every limit on."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from websockets.asyncio.client import connect

from contactcenter.simulator.rest import Rest
from contactcenter.simulator.tally import Tally
from tests.faults.house import FaultHouse

pytestmark = pytest.mark.live

START = "/api/v1/widget/direct/chats/"
ENOUGH = 10  # starts a minute from one address
IN_TIME = 10.0  # seconds for one answer


@pytest.fixture
def strict(house: FaultHouse) -> Iterator[FaultHouse]:
    """The house with its rates on, for as long as the test runs."""
    house.stop("web")
    house.environment["RATE_LIMITS"] = "on"
    house.start_web()
    yield house
    house.environment["RATE_LIMITS"] = "off"
    house.stop("web")
    house.start_web()


async def test_chats_start_and_agents_log_in_without_valkey(strict: FaultHouse) -> None:
    assert strict.valkey is not None
    async with httpx.AsyncClient(base_url=strict.base_url, timeout=IN_TIME, trust_env=False) as http:
        with strict.without_valkey():
            starts = [await http.post(START, json={"name": "Carol"}) for _ in range(ENOUGH + 1)]
            assert [start.status_code for start in starts] == [201] * ENOUGH + [429]
            async with Rest(strict.base_url, Tally()) as rest:
                assert await asyncio.wait_for(rest.log_in("alice", "demo"), IN_TIME)
            async with connect(strict.socket_url + "/ws/customer/", proxy=None) as wire, asyncio.timeout(IN_TIME):
                await wire.send(json.dumps({"type": "hello", "id": "1", "token": starts[0].json()["token"]}))
                await wire.send(json.dumps({"type": "message.send", "id": "2", "cid": "c", "text": "hello"}))
                heard = [json.loads(await wire.recv())]
                while heard[-1].get("id") != "2":
                    heard.append(json.loads(await wire.recv()))
                assert heard[-1]["type"] == "ok"
        assert (await http.get("/readyz")).status_code == 200
