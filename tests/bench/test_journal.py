"""The journal notices whatever must not happen to a message."""

from typing import Any

import pytest

from bench.journal import Journal

CUSTOMER: Any = "customer"
AGENT: Any = "agent"


def journal_of(messages: int) -> Journal:
    journal = Journal("t")
    for _ in range(messages):
        journal.begin(CUSTOMER, 1.0, forbidden="4111")
    return journal


def carry(journal: Journal, number: int) -> None:
    journal.note_acknowledgement(CUSTOMER, journal.cid(number), "masked", False, 2.0)
    for reader in (CUSTOMER, AGENT):
        journal.note_line(reader, "chat", journal.cid(number), "masked", 3.0)


def test_what_arrives_once_on_both_sides_is_sound():
    journal = journal_of(2)
    carry(journal, 0)
    carry(journal, 1)
    journal.close()
    assert journal.complete and not journal.problems
    assert journal.acknowledgements == [1.0, 1.0] and journal.arrivals == [2.0, 2.0]


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([("ack", 0), ("ack", 0)], "acknowledged twice"),
        ([("line", 1), ("line", 0)], "out of its sender's order"),
        ([("line", 0), ("line", 0), ("line", 0)], "more than 2 times"),
        ([("line", 7)], "never sent"),
        ([("leak", 0)], "card number"),
        ([], "never acknowledged"),
        ([("ack", 0), ("ack", 1)], "never arrived"),
    ],
)
def test_faults_are_named(faults: list[tuple[str, int]], words: str):
    journal = journal_of(2)
    for fault, number in faults:
        if fault == "ack":
            journal.note_acknowledgement(CUSTOMER, journal.cid(number), "masked", False, 2.0)
        else:
            text = "4111" if fault == "leak" else "masked"
            journal.note_line(AGENT, "chat", journal.cid(number), text, 3.0)
    journal.close()
    assert any(words in problem for problem in journal.problems), journal.problems
