"""The AsyncAPI document says what the tables hold, and the file says what the document does."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from chats.commands import CUSTOMER
from contactcenter import asyncapi
from contactcenter.sockets import Desk
from lib.errors import Refused
from lib.wire import error, ok


def refs(value: Any) -> list[str]:
    """Everything the value points to."""
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for part in value.values() for ref in refs(part)]
    return [ref for part in value for ref in refs(part)] if isinstance(value, list) else []


def found(document: dict[str, Any], ref: str) -> Any:
    """What the reference points to."""
    value: Any = document
    for part in ref.removeprefix("#/").split("/"):
        value = value[part]
    return value


def test_the_file_is_what_the_frames_are() -> None:
    call_command("asyncapi", check=True)


def test_a_file_that_has_fallen_behind_is_noticed(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "asyncapi.json"
    stale.write_text("{}")
    monkeypatch.setattr("contactcenter.management.commands.asyncapi.FILE", stale)
    with pytest.raises(CommandError, match=r"asyncapi\.json"):
        call_command("asyncapi", check=True)
    call_command("asyncapi")
    call_command("asyncapi", check=True)
    assert json.loads(stale.read_text()) == asyncapi.document()


def test_every_command_of_both_sockets_is_in_it_and_every_reference_leads_somewhere() -> None:
    document = asyncapi.document()
    for side, commands in (("customer", CUSTOMER), ("desk", Desk.commands)):
        told = set(document["channels"][side]["messages"])
        assert {f"{side}.{name}" for name in (*commands, "hello", "ping")} <= told
    for ref in refs(document):
        assert found(document, ref) is not None


def test_its_schemas_accept_and_refuse_what_the_sockets_do() -> None:
    document = asyncapi.document()
    components = {"components": document["components"]}

    def takes(name: str, frame: Any) -> bool:
        schema = {**found(document, f"#/components/messages/{name}")["payload"], **components}
        return Draft202012Validator(schema).is_valid(frame)

    said = {"type": "message.send", "id": "1", "cid": "a", "text": "hello"}
    assert takes("customer.message.send", said)
    assert not takes("customer.message.send", {**said, "type": "sync"})
    assert not takes("customer.message.send", {**said, "who": "else"})
    assert not takes("customer.message.send", {**said, "cid": "no spaces"})
    assert not takes("desk.message.send", said)  # a desk names the chat
    assert takes("customer.server.Error", json.loads(error("1", Refused("gone"))))
    assert not takes("customer.server.Error", json.loads(error("1", Refused("closed"))))
    assert takes("desk.server.Ok", json.loads(ok("1")))
