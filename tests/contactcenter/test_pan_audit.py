"""The audit finds card data wherever it was put behind the product's back, and says so without showing it."""

import base64
import bz2
import gzip
import io
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.db import connection

from chats.models import Chat
from contactcenter.audit import DETECTORS, look_at_lines, struck
from lib.pci.mask import mask
from tests import cast
from tests.lib.pci import made_files as made

SOLID = "4111111111111111"


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def audit(tmp_path: Path, *logs: Path) -> tuple[int, str, dict[str, Any]]:
    """Exit status, what it said, its report."""
    said = io.StringIO()
    status = 0
    try:
        call_command("pan_audit", *map(str, logs), "--reports", str(tmp_path / "reports"), stdout=said)
    except SystemExit as ended:
        status = int(ended.code or 0)
    report = max((tmp_path / "reports").glob("pan_audit-*.json"))
    assert SOLID not in said.getvalue() + report.read_text()
    return status, said.getvalue(), json.loads(report.read_text())


def places(report: dict[str, Any]) -> dict[str, list[str]]:
    return {each["where"]: [find["place"] for find in each["finds"]] for each in report["places"]}


def test_a_house_in_use_is_clean(carol_chat: Chat, media: Path, tmp_path: Path) -> None:
    cast.customer_says(carol_chat, f"my card is {cast.CARD}")
    status, said, report = audit(tmp_path)
    assert (status, report["found"]) == (0, 0), said
    assert {each["where"] for each in report["places"]} == {"database", "media", "redis", "logs", "reports"}
    assert next(each["looked_at"] for each in report["places"] if each["where"] == "database") > 10


def test_it_finds_what_was_put_there(carol_chat: Chat, media: Path, tmp_path: Path, settings: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chats_chat SET subject = %s, fields = %s", [SOLID, json.dumps({"a": SOLID})])
    media.mkdir()
    (media / "x").write_bytes(made.docx(SOLID))
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a-export.csv").write_text(f"chat;text\n1;{SOLID}\n")
    log = tmp_path / "app.log"
    log.write_text(f"fine\nGET /?card={SOLID}\n")
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.lpush("audit-test", json.dumps({"body": base64.b64encode(f'[["{SOLID}"], {{}}]'.encode()).decode()}))
    try:
        status, _said, report = audit(tmp_path, log)
    finally:
        client.delete("audit-test")
    found = places(report)
    assert status == 1
    assert [place.partition(",")[0] for place in found["database"]] == ["chats_chat.subject", "chats_chat.fields"]
    assert found["media"] == ["x"]
    assert found["logs"] == [f"{log}:2"]
    assert found["redis"] == ["audit-test"]
    assert found["reports"] == [f"{tmp_path}/reports/a-export.csv:2"]


@pytest.mark.parametrize(
    ("ours", "alone"),
    [
        ('"eta": "2027-03-05T08:38:53.224305+00:00", "expires": null', False),
        ("['5aaf5fd4-14b1-4482-8d39-a1ab46086953', '72179700-0033-4e45-9d76-e4f1ef074c25']", True),
    ],
)
def test_ids_and_moments_of_our_own_are_no_cards_and_hide_none(ours: str, alone: bool) -> None:
    assert bool(mask(ours, DETECTORS).findings) is alone, "what the detector alone takes it for"
    assert struck([ours]) == ()
    assert struck([f"{ours} 4111 1111 1111 1111", f"4111111111111111 {ours}"]) == ("pan",)


def test_random_tokens_are_no_cards(carol_chat: Chat, media: Path, tmp_path: Path) -> None:
    """Their hexadecimal digits would be: some seventy in fifty thousand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE audit_random AS SELECT sha256(n::text::bytea) AS digest FROM generate_series(1, 20000) n"
        )
        cursor.execute("INSERT INTO audit_random VALUES (%s)", [b"\0\1" + SOLID.encode()])
    _status, _said, report = audit(tmp_path)
    assert [place.partition(",")[0] for place in places(report)["database"]] == ["audit_random.digest"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_logs_are_read(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    log = tmp_path / "app.log.1"
    log.write_bytes(pack(f"fine\nGET /?card={SOLID}\n".encode()))
    assert [find.place for find in look_at_lines("logs", [log]).finds] == [f"{log}:2"]


def test_logs_that_nobody_unpacks_are_told(media: Path, tmp_path: Path, db: None) -> None:
    log = tmp_path / "app.log.zst"
    log.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(20))
    status, said, _report = audit(tmp_path, log)
    assert status == 2 and f"not read in logs: {log}: type" in said


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (f"body={base64.b64encode(SOLID.encode()).decode()}", [1]),
        ("card 4111 1111\n1111 1111 thanks", [2]),
        ("2026-11-22 10:00:00 took 41111111\n2026-11-22 10:00:01 11111111", []),
        ("id 55123\nid 55124", []),
    ],
)
def test_lines_of_logs(written: str, lines: list[int], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(written)
    assert [find.place for find in look_at_lines("logs", [log]).finds] == [f"{log}:{line}" for line in lines]
