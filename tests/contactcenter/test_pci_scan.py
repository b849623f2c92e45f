"""`manage.py pci_scan`: lines in, JSON lines out."""

import json
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def scan(*arguments: str) -> list[dict[str, Any]]:
    """The answers to all lines."""
    out = StringIO()
    call_command("pci_scan", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_lines_of_files(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes("😀 4111 1111 1111 1111\r\n\nhello\n".encode())
    second.write_bytes(b"\xff cvv 123")
    assert scan(str(first), str(second)) == [
        {"text": "😀 •••• •••• •••• 1111", "findings": [{"detector": "pan", "start": 2, "end": 21}]},
        {"text": "", "findings": []},
        {"text": "hello", "findings": []},
        {"text": "\udcff cvv •••", "findings": [{"detector": "cvv", "start": 6, "end": 9}]},
    ]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"pin 1234\n")))
    assert scan() == [{"text": "pin ••••", "findings": [{"detector": "pin", "start": 4, "end": 8}]}]


def test_a_json_string_may_hold_line_breaks(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_text('"4111\\n1111 1111 1111"\n"\\ud800"\n')
    assert [answer["text"] for answer in scan("--json", str(source))] == ["••••\n•••• •••• 1111", "\ud800"]


@pytest.mark.parametrize(
    ("line", "words"), [("{}", "a JSON string is expected"), ("4111", "JSON string"), ("x", "not JSON")]
)
def test_what_is_no_json_string_is_named(tmp_path: Path, line: str, words: str) -> None:
    source = tmp_path / "a"
    source.write_text(f'"fine"\n{line}\n')
    with pytest.raises(CommandError, match=f"line 2: .*{words}"):
        scan("--json", str(source))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read: No such file"):
        scan(str(tmp_path / "none"))
    with pytest.raises(CommandError, match="can't be read: Is a directory"):
        scan(str(tmp_path))
