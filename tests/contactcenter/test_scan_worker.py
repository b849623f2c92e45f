"""The real worker of the queue `scan`: poisoned files end as discarded within 30 s, and it lives on."""

import time
from typing import Any

import httpx
import pytest

from chats.attachments import PART_SIZE
from tests.lib.pci import made_files as made
from tests.live import Live, until

pytestmark = pytest.mark.live

POISON = {
    "long.pdf": made.pdf("hello", count=10_000),
    "locked.pdf": made.encrypted_pdf(),
    "half.docx": made.truncated_docx(),
    "bomb.docx": made.zip_bomb(),
    "nested.docx": made.recursive_zip(),
}
GOOD = made.docx("hello")


@pytest.fixture
def scan(live_server_processes: Live) -> Any:
    """The live house with its worker for files."""
    live_server_processes.start_scan()
    yield live_server_processes
    live_server_processes.stop("scan")


def test_poison_and_then_a_good_file(scan: Live) -> None:
    with httpx.Client(base_url=f"{scan.base_url}/api/v1/", timeout=30) as http:
        started = http.post("widget/direct/chats/", json={"name": "Carol"}).json()
        http.headers["Authorization"] = f"Bearer {started['token']}"
        base = f"chats/{started['chat']}/"
        names = [*POISON, "good.docx"]
        ids = [_upload(http, base, name, POISON.get(name, GOOD)) for name in names]
        began = time.monotonic()
        sent = http.post(f"{base}messages/", json={"cid": "files", "text": "", "attachments": ids})
        assert sent.status_code == 201, sent.text
        cards = until(lambda: _settled(http, base))
        assert time.monotonic() - began < 30 * len(names)
    assert [card["status"] for card in cards] == ["dropped"] * len(POISON) + ["clean"]
    assert scan.processes["scan"].poll() is None


def _upload(http: httpx.Client, base: str, name: str, data: bytes) -> str:
    told = http.post(f"{base}attachments/", json={"name": name, "size": len(data)}).json()
    for number in range(told["parts"]):
        part = data[number * PART_SIZE : (number + 1) * PART_SIZE]
        http.put(f"{base}attachments/{told['id']}/parts/{number + 1}/", content=part).raise_for_status()
    return told["id"]


def _settled(http: httpx.Client, base: str) -> list[dict[str, Any]]:
    """The files of the first message, once none is being looked at."""
    entries = http.get(f"{base}entries/").json()["entries"]
    cards = next((entry["attachments"] for entry in entries if entry["attachments"]), [])
    return [] if any(card["status"] == "scanning" for card in cards) else cards
