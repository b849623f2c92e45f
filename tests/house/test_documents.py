"""What the product says of itself: the wire's page names every command, and every word has its translation."""

import pytest
from babel.messages.pofile import read_po

import agents.commands
import chats.board_commands
import chats.commands
import chats.sharing_commands
import wrapup.commands
from contactcenter.embedded import ROOT
from lib.errors import MESSAGES

PROTOCOL = ROOT / "docs" / "protocol.md"
GERMAN = ROOT / "locale" / "de" / "LC_MESSAGES"
COMMANDS = {
    *agents.commands.DESK,
    *chats.commands.DESK,
    *chats.commands.CUSTOMER,
    *chats.board_commands.DESK,
    *chats.sharing_commands.DESK,
    *wrapup.commands.DESK,
}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    assert command in PROTOCOL.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_error_code_is_documented(code: str) -> None:
    assert f"`{code}`" in PROTOCOL.read_text(encoding="utf-8")


@pytest.mark.parametrize("catalogue", sorted(GERMAN.glob("*.po")), ids=lambda path: path.name)
def test_every_word_has_its_german(catalogue: object) -> None:
    with catalogue.open("rb") as file:
        words = read_po(file, locale="de")
    missing = [
        word.id
        for word in words
        if word.id and (word.fuzzy or not all([word.string] if isinstance(word.string, str) else word.string))
    ]
    assert missing == []


def test_the_compiled_catalogues_are_there() -> None:
    assert all(path.with_suffix(".mo").exists() for path in GERMAN.glob("*.po"))
