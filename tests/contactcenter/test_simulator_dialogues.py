import json

import pytest

from contactcenter.simulator.dialogues import SAMPLE, BadTranscript, parse, read


def line(**changes: object) -> bytes:
    return json.dumps({"id": "1", "domain": "tea", "customer": [{"text": "hello"}], **changes}).encode()


def test_the_shipped_sample_speaks_english_and_german_and_its_ids_differ():
    dialogues = read(SAMPLE)
    assert len(dialogues) >= 25
    assert {dialogue.language for dialogue in dialogues} == {"en", "de"}
    assert len({dialogue.id for dialogue in dialogues}) == len(dialogues)


def test_other_keys_are_passed_over_and_lines_keep_their_order():
    said = [{"text": "one", "slots": ["name"], "intent": "x"}, {"text": " two "}]
    dialogue = parse(line(customer=said, more=1))
    assert dialogue.lines == ("one", " two ")
    assert dialogue.language == "en"


def test_empty_lines_and_a_byte_order_mark_are_allowed(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line() + b"\r\n\n  \n" + line(id="2"))
    assert [dialogue.id for dialogue in read(path)] == ["1", "2"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (b"{", "not JSON"),
        (b"[]", "must be an object"),
        (b"\xff\xfe", "not UTF-8 (byte 1)"),
        (b"[" * 100_000, "not JSON"),
        (line(id=""), '"id" must be a text'),
        (line(id=7), '"id" must be a text'),
        (line(domain=None), '"domain" must be a text'),
        (line(customer=[]), '"customer" must be a list'),
        (line(customer="hello"), '"customer" must be a list'),
        (line(customer=["hello"]), "customer line 1"),
        (line(customer=[{"text": "a"}, {"text": "  "}]), "customer line 2"),
        (line(customer=[{"text": "a" * 10_001}]), "10001 characters, 10000 are allowed"),
        (line(customer=[{"text": "a\0"}]), "NUL"),
        (line(customer=[{"text": "\ud83d"}]), "surrogate"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path, wrong, says):
    path = tmp_path / "d.jsonl"
    path.write_bytes(line() + b"\n" + wrong + b"\n" + line())
    with pytest.raises(BadTranscript) as bad:
        read(path)
    assert str(bad.value).startswith(f"{path}, line 2: ")
    assert says in str(bad.value)


def test_a_missing_or_empty_file_is_said(tmp_path):
    with pytest.raises(BadTranscript, match=r"none\.jsonl: can't be read"):
        read(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n\n")
    with pytest.raises(BadTranscript, match="holds no conversation"):
        read(tmp_path / "empty.jsonl")
