import pytest

from contactcenter.simulator.report import figures, percentile, progress, table, verdict
from contactcenter.simulator.tally import ChatRecord, Said, Tally
from contactcenter.simulator.transcript import Transcript
from contactcenter.simulator.verify import check


def message(seq: int, cid: str, text: str = "hi", **more: object) -> dict:
    return {"seq": seq, "kind": "message", "cid": cid, "text": text, "sender": {"kind": "customer"}, **more}


def line(seq: int, kind: str, **data: object) -> dict:
    return {"seq": seq, "kind": kind, "data": data}


def record(*said: Said, **more: object) -> ChatRecord:
    return ChatRecord("c", "token", said=list(said), seen_live=frozenset(range(1, 10)), **more)


HISTORY = [line(1, "queued", why=None), message(2, "a"), message(3, "b"), line(4, "left"), line(5, "ended")]


def test_a_history_that_holds_what_was_acknowledged_is_in_order():
    assert check(record(Said("a", 2, "hi"), Said("b", 3, "hi")), HISTORY) == (2, [])


def test_a_later_masking_explains_another_text():
    amended = [*HISTORY[:1], message(2, "a", "••••"), *HISTORY[2:], {**line(6, "amended", of=2), "text": "••••"}]
    assert check(record(Said("a", 2, "4111")), amended) == (1, [])


@pytest.mark.parametrize(
    ("kept", "entries", "says"),
    [
        (record(Said("x", 2, "hi")), HISTORY, "was acknowledged as 2 and stands 0 times"),
        (record(Said("a", 3, "hi")), HISTORY, "stands elsewhere"),
        (record(Said("a", 2, "other")), HISTORY, "another text"),
        (record(refused=["a"]), HISTORY, "was refused and stands"),
        (record(unanswered=["z"]), HISTORY, "never answered"),
        (record(), HISTORY[:-1], "has not ended"),
        (record(), [*HISTORY, message(6, "c")], "has message after its end"),
        (record(), [HISTORY[0], *HISTORY[2:]], "isn't 1 to 4 in order"),
        (record(Said("a", 2, "hi")), [*HISTORY[:2], message(3, "a"), *HISTORY[3:]], "stands 2 times"),
        (ChatRecord("c", "t", seen_live=frozenset({1, 2, 3})), HISTORY, "never got seq 4, 5"),
    ],
)
def test_what_is_wrong_with_a_history_is_said(kept, entries, says):
    _, problems = check(kept, entries)
    assert len(problems) == 1 and problems[0].startswith("chat c: ") and says in problems[0]


def test_percentiles_are_values_that_occurred():
    assert percentile([], 0.5) is None
    assert percentile([3.0], 0.99) == 3.0
    assert [percentile(list(range(1, 101)), share) for share in (0.5, 0.95, 0.99)] == [50, 95, 99]


def finished() -> Tally:
    tally = Tally()
    chat = tally.opened("c", "token", 10.0)
    tally.answered(chat, 12.5)
    tally.answered(chat, 99.0)
    tally.count.update({"sent": 2, "acknowledged": 2, "verified": 2, "final": 1})
    chat.said = [Said("a", 1, "x"), Said("b", 2, "y")]
    tally.trips = [0.010, 0.020]
    return tally


def test_a_good_run_is_told_in_numbers():
    numbers = figures(finished())
    assert numbers["ok"]
    assert numbers["wait_s"] == {"count": 1, "p50": 2.5, "p95": 2.5, "p99": 2.5}
    assert numbers["round_trip_ms"]["p99"] == 20.0
    assert verdict(numbers) == "All 2 acknowledged messages stand in the history, all 1 chats are over."
    assert "message round trip, ms" in table(numbers) and "  none" in table(numbers)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tally: tally.problem("chat c: has not ended"),
        lambda tally: tally.chats["c"].unanswered.append("z"),
        lambda tally: tally.count.update({"acknowledged": 1}),
        lambda tally: tally.count.update({"refused": 1}),
    ],
)
def test_anything_missing_spoils_the_run(spoil):
    tally = finished()
    spoil(tally)
    numbers = figures(tally)
    assert not numbers["ok"]
    assert verdict(numbers).startswith("Not in order: ")
    assert all(f"- {problem}" in verdict(numbers) for problem in tally.problems)


def test_a_message_too_late_or_discarded_by_policy_doesn_t_spoil_the_run():
    tally = finished()
    tally.count.update({"sent": 2, "too late": 1, "discarded by policy": 1})
    assert figures(tally)["ok"]


def test_waiting_as_told_and_errors_are_in_the_table():
    tally = finished()
    tally.slowed("start", 6.0)
    tally.slowed("start", 4.0)
    tally.error("rate_limited")
    text = table(figures(tally))
    assert "asked to slow down (start): waits of 10 s" in text
    assert "rate_limited" in text


@pytest.mark.parametrize(("rona", "back"), [(3, 1), (1, 3)])
def test_a_lapse_counts_when_either_side_has_seen_it(rona, back):
    tally = finished()
    tally.count.update({"rona": rona, "came back": back})
    assert figures(tally)["chats"]["lapsed"] == 3


def test_progress_is_one_line():
    assert progress(finished(), 75.0, 40) == (
        "01:15  customers 1/40  waiting 0  talking 1  over 0  messages 2/2  round trip 10.0 ms  errors 0"
    )


def test_a_transcript_knows_its_hole_and_keeps_what_it_has():
    transcript = Transcript()
    assert transcript.take([message(1, "a"), message(3, "c")]) == [message(1, "a"), message(3, "c")]
    assert (transcript.cursor, transcript.top, transcript.has_hole) == (1, 3, True)
    assert transcript.take([message(1, "z"), message(2, "b")]) == [message(2, "b")]
    assert (transcript.cursor, transcript.has_hole) == (3, False)
    assert [entry["cid"] for entry in transcript.messages("customer", after=1)] == ["b", "c"]
    transcript.heard_of(4)
    assert transcript.has_hole and not transcript.ended
    transcript.take([line(4, "ended")])
    assert transcript.ended and not transcript.has_hole
