"""Frames: what is one, what is refused, what closes the socket."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import wire
from lib.errors import MESSAGES, Refused


class Say(wire.Frame, kw_only=True):
    text: str
    more: dict[str, list[str]] | None = None


decoder = msgspec.json.Decoder(Say)


@pytest.mark.parametrize(
    "raw", ["", "hello", "{", '{"type":', "[]", '["type"]', '"type"', "7", "null", "true", "NaN", "[" * 50_000]
)
def test_what_is_no_json_object_is_malformed(raw: str) -> None:
    with pytest.raises(wire.Malformed):
        wire.head(raw)


@pytest.mark.parametrize("raw", ["{}", '{"id":"1"}', '{"type":7}', '{"type":null}', '{"type":"x","id":7}'])
def test_an_object_without_a_text_type_is_refused(raw: str) -> None:
    with pytest.raises(Refused, match="invalid"):
        wire.head(raw)


@pytest.mark.parametrize("depth", [500, 1_000, 10_000, 30_000])
def test_an_object_nested_too_deeply_is_malformed_or_refused(depth: int) -> None:
    raw = '{"type":"x","more":' + "[" * depth + "]" * depth + "}"
    with pytest.raises((wire.Malformed, Refused)):
        wire.head(raw)
        wire.body(raw, decoder)


@pytest.mark.parametrize("frame_id", ["false", "0", "[]", "{}", "true", "0.0"])
def test_an_id_that_is_no_text_is_refused(frame_id: str) -> None:
    with pytest.raises(Refused, match="invalid"):
        wire.head(f'{{"type":"x","id":{frame_id}}}')


def test_type_and_id_are_read_whatever_else_is_there() -> None:
    header = wire.head('{"x":[1,{}],"id":"7","type":"hello"}')
    assert (header.type, header.id) == ("hello", "7")
    assert wire.head('{"type":"ping"}').id is None


@pytest.mark.parametrize("frame_id", ["", "x" * 65])
def test_an_id_has_1_to_64_characters(frame_id: str) -> None:
    with pytest.raises(Refused, match="invalid"):
        wire.head(json.dumps({"type": "x", "id": frame_id}))
    assert wire.head(json.dumps({"type": "x", "id": "x" * 64})).id == "x" * 64


def test_an_unknown_field_is_refused_by_its_name() -> None:
    with pytest.raises(Refused, match="extra"):
        wire.body('{"type":"x","text":"a","extra":1}', decoder)


def test_a_missing_or_wrong_field_is_refused_by_its_name() -> None:
    for raw in ('{"type":"x"}', '{"type":"x","text":7}'):
        with pytest.raises(Refused, match="text"):
            wire.body(raw, decoder)


@pytest.mark.parametrize("text", ["\\ud800", "a\\udfffb", "\\udc00\\ud800"])
def test_lone_surrogates_are_refused_under_the_frames_own_id(text: str) -> None:
    raw = f'{{"type":"x","id":"7","text":"{text}"}}'
    assert wire.head(raw).id == "7"
    with pytest.raises(Refused, match="invalid"):
        wire.body(raw, decoder)


@pytest.mark.parametrize("raw", ['{"type":"\\ud800","id":"7"}', '{"type":"x","id":"\\ud800"}'])
def test_lone_surrogates_in_type_or_id_are_refused(raw: str) -> None:
    with pytest.raises(Refused, match="invalid"):
        wire.head(raw)


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert wire.body('{"type":"x","text":"\\ud83d\\ude42"}', decoder).text == "🙂"


@pytest.mark.parametrize(
    "field", ['"text":"a\\u0000b"', '"text":"a","more":{"k":["\\u0000"]}', '"text":"a","more":{"\\u0000":[]}']
)
def test_nul_is_refused_wherever_it_stands(field: str) -> None:
    with pytest.raises(Refused, match="NUL"):
        wire.body(f'{{"type":"x",{field}}}', decoder)


def test_a_backslash_before_u0000_is_only_text() -> None:
    assert wire.body('{"type":"x","text":"\\\\u0000"}', decoder).text == "\\u0000"


@given(st.text())
def test_whatever_arrives_is_a_frame_malformed_or_refused(raw: str) -> None:
    try:
        wire.head(raw)
    except wire.Malformed:
        return
    except Refused as refused:
        assert refused.code == "invalid"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_text_arrives_as_it_was_sent(text: str) -> None:
    raw = wire.encode({"type": "x", "text": text}).decode()
    assert wire.body(raw, decoder).text == text


def test_times_are_utc_with_milliseconds() -> None:
    assert wire.instant(None) is None
    assert wire.instant(datetime(2026, 11, 22, 14, 3, 1, 123999, tzinfo=UTC)) == "2026-11-22T14:03:01.123Z"
    east = timezone(timedelta(hours=5, minutes=45))
    assert wire.instant(datetime(2026, 11, 22, 1, 0, tzinfo=east)) == "2026-11-21T19:15:00.000Z"


def test_ids_travel_as_text() -> None:
    one = UUID(int=1)
    assert json.loads(wire.encode({"chat": one})) == {"chat": str(one)}


def test_an_error_says_code_message_and_fields() -> None:
    frame = json.loads(wire.error("7", Refused("invalid", "No.", fields={"text": "empty"})))
    assert frame == {"type": "error", "id": "7", "code": "invalid", "message": "No.", "fields": {"text": "empty"}}
    assert json.loads(wire.error(None, Refused("gone")))["id"] is None


def test_every_code_has_words() -> None:
    for code in MESSAGES:
        assert str(Refused(code).message)
