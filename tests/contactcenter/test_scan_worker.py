"""The real worker of the queue `scan`: poisoned files end as discarded within 30 s, and it lives on."""

from pathlib import Path
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
    "bomb.zip": made.zip_bomb(),
    "nested.zip": made.recursive_zip(),
    "large.png": made.png(30_000, 30_000),
    "slow.png": made.png(400, 300),
}
GOOD = made.docx("hello")
LONGEST = 30.0  # seconds
ALL_KINDS = (
    "INSERT INTO chats_screeningpolicy (policy, detectors, attachments, kinds, images) "
    "VALUES ('redact', '{pan,pan_near,cvv,pin,track,iban,us_ssn}', true, '{pdf,docx,zip,png}', 'let_through')"
)


@pytest.fixture
def scan(live_server_processes: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The live house with its worker for files, on a machine whose Tesseract never ends."""
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\nsleep 600\n")
    program.chmod(0o755)
    path = live_server_processes.environment["PATH"]
    monkeypatch.setitem(live_server_processes.environment, "PATH", f"{tmp_path}:{path}")
    live_server_processes.execute(ALL_KINDS)
    live_server_processes.start_scan()
    yield live_server_processes
    live_server_processes.stop("scan")
    live_server_processes.execute("DELETE FROM chats_screeningpolicy")


def test_poison_and_then_a_good_file(scan: Live) -> None:
    with httpx.Client(base_url=f"{scan.base_url}/api/v1/", timeout=30) as http:
        started = http.post("widget/direct/chats/", json={"name": "Carol"}).json()
        http.headers["Authorization"] = f"Bearer {started['token']}"
        base = f"chats/{started['chat']}/"
        names = [*POISON, "good.docx"]
        until(lambda: _may_send(http, base, "large.png"))
        ids = [_upload(http, base, name, POISON.get(name, GOOD)) for name in names]
        sent = http.post(f"{base}messages/", json={"cid": "files", "text": "", "attachments": ids})
        assert sent.status_code == 201, sent.text
        cards = _watched(http, base)
    assert [card["status"] for card in cards] == ["dropped"] * len(POISON) + ["clean"]
    assert scan.processes["scan"].poll() is None


def _upload(http: httpx.Client, base: str, name: str, data: bytes) -> str:
    told = http.post(f"{base}attachments/", json={"name": name, "size": len(data)}).json()
    for number in range(told["parts"]):
        part = data[number * PART_SIZE : (number + 1) * PART_SIZE]
        http.put(f"{base}attachments/{told['id']}/parts/{number + 1}/", content=part).raise_for_status()
    return told["id"]


def _may_send(http: httpx.Client, base: str, name: str) -> bool:
    """Whether the policy in force lets such a file be announced."""
    told = http.post(f"{base}attachments/", json={"name": name, "size": 1})
    if told.status_code != 201:
        return False
    http.delete(f"{base}attachments/{told.json()['id']}/").raise_for_status()
    return True


def _watched(http: httpx.Client, base: str) -> list[dict[str, Any]]:
    """The files of the first message, once all have a verdict; no verdict took the one worker longer than 30 s."""
    while waiting := _waiting(http, base):
        until(lambda before=waiting: _waiting(http, base) < before, LONGEST)
    return _cards(http, base)


def _waiting(http: httpx.Client, base: str) -> int:
    """How many files of the message have no verdict yet."""
    return sum(card["status"] == "scanning" for card in _cards(http, base))


def _cards(http: httpx.Client, base: str) -> list[dict[str, Any]]:
    """The files of the first message that has some."""
    entries = http.get(f"{base}entries/").json()["entries"]
    return next((entry["attachments"] for entry in entries if entry["attachments"]), [])
