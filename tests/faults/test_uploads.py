"""Files don't gather in the web process: what it holds of them is a part each, however large they are."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import httpx
import pytest

from chats.attachments import PART_SIZE
from tests.faults.house import FaultHouse, size

pytestmark = pytest.mark.live

MEGABYTE = 1024 * 1024
WHOLE = 25 * MEGABYTE  # bytes: the most that one message may hold
GROWTH = 60 * MEGABYTE  # bytes that the web process may grow by meanwhile
AT_ONCE = size(4, 12)  # customers who upload at the same time
LOOK_EVERY = 0.01  # seconds between two looks at the memory


@contextmanager
def growth(house: FaultHouse) -> Iterator[list[int]]:
    """Afterwards the list holds by how many bytes the web process had grown at most."""
    before = house.memory()
    seen, over = [before], threading.Event()

    def look() -> None:
        while not over.is_set():
            seen.append(house.memory())
            time.sleep(LOOK_EVERY)

    watch = threading.Thread(target=look)
    watch.start()
    grown: list[int] = []
    try:
        yield grown
    finally:
        over.set()
        watch.join()
        grown.append(max(seen) - before)


def customer(house: FaultHouse) -> tuple[httpx.Client, str]:
    """Somebody in a chat of his own, and where his files go."""
    client = httpx.Client(base_url=house.base_url, timeout=60, trust_env=False)
    started = client.post("/api/v1/widget/direct/chats/", json={"name": "Carol"})
    assert started.status_code == 201, started.text
    client.headers["Authorization"] = f"Bearer {started.json()['token']}"
    return client, f"/api/v1/chats/{started.json()['chat']}/attachments/"


def upload(house: FaultHouse, whole: int) -> str:
    """A file of so many bytes is complete; its status."""
    client, address = customer(house)
    with closing(client):
        announced = client.post(address, json={"name": "long.txt", "size": whole, "type": "text/plain"})
        assert announced.status_code == 201, announced.text
        file, data = announced.json(), b"nothing but words \n" * (PART_SIZE // 19 + 1)
        for number in range(1, file["parts"] + 1):
            part = data[: min(PART_SIZE, whole - (number - 1) * PART_SIZE)]
            answer = client.put(f"{address}{file['id']}/parts/{number}/", content=part)
            assert answer.status_code in (200, 202), answer.text
        return str(answer.json()["status"])


def test_a_file_of_the_greatest_size_leaves_the_web_process_small(house: FaultHouse) -> None:
    with growth(house) as grown:
        assert upload(house, WHOLE) == "scanning"
    print(f"25 MB by one: grew by {grown[0] / MEGABYTE:.1f} MB")  # noqa: T201 - the proof's own figure
    assert grown[0] < GROWTH


def test_several_at_once_too(house: FaultHouse) -> None:
    with growth(house) as grown, ThreadPoolExecutor(AT_ONCE) as people:
        assert set(people.map(lambda _: upload(house, WHOLE), range(AT_ONCE))) == {"scanning"}
    print(f"25 MB by each of {AT_ONCE}: grew by {grown[0] / MEGABYTE:.1f} MB")  # noqa: T201
    assert grown[0] < GROWTH


def test_a_part_that_is_far_too_large_is_refused_and_not_kept(house: FaultHouse) -> None:
    client, address = customer(house)
    with closing(client):
        file = client.post(address, json={"name": "long.txt", "size": WHOLE, "type": "text/plain"}).json()
        with growth(house) as grown:
            answer = client.put(f"{address}{file['id']}/parts/1/", content=b"x" * WHOLE)
    print(f"25 MB in one part: grew by {grown[0] / MEGABYTE:.1f} MB")  # noqa: T201
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert grown[0] < GROWTH
