"""One chat's lines in a real browser: in whatever order they come, they stand once and by number."""

import pytest
from playwright.sync_api import Page

from tests.browser.wire_server import entry

pytestmark = pytest.mark.browser

TRANSCRIPT = """async (steps) => {
  const {Transcript} = await import("/static/chats/shared/transcript.js");
  const transcript = new Transcript({chat: "c", me: {kind: "customer"}});
  for (const step of steps) transcript.apply(step);
  const texts = transcript.entries.map(({seq, text, amended}) => [seq, text, Boolean(amended)]);
  return {texts, head: transcript.head, missing: transcript.missingFrom()};
}"""


def test_entries_out_of_order_and_doubled_stand_once_by_seq(page: Page) -> None:
    lines = [entry(n, f"line {n}") for n in range(1, 6)]
    one, two, three, four, five = lines
    result = page.evaluate(TRANSCRIPT, [[three, one], [one, five], [two, two], [four], [five, one]])
    assert [seq for seq, _, _ in result["texts"]] == [1, 2, 3, 4, 5]
    assert result["head"] == 5
    assert result["missing"] is None


def test_doubles_change_nothing_and_nothing_is_told_twice(page: Page) -> None:
    told = page.evaluate(
        """async ([one, two]) => {
          const {Transcript} = await import("/static/chats/shared/transcript.js");
          const transcript = new Transcript({chat: "c"});
          const told = [];
          transcript.addEventListener("change", (event) => told.push(event.detail.fresh.map((entry) => entry.seq)));
          for (const step of [[one], [one], [two, one], [two, two]]) transcript.apply(step);
          return told;
        }""",
        [entry(1, "a"), entry(2, "b")],
    )
    assert told == [[1], [2]]


def test_a_hole_is_named_by_the_seq_before_it(page: Page) -> None:
    result = page.evaluate(TRANSCRIPT, [[entry(1, "a"), entry(2, "b"), entry(5, "e")]])
    assert result["head"] == 2
    assert result["missing"] == 2


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 0, 2], [2, 1, 0], [0, 2, 1, 2, 0]])
def test_an_amendment_holds_whatever_comes_first_and_the_later_one_wins(page: Page, order: list[int]) -> None:
    lines = [
        entry(1, "4012"),
        entry(2, "••••", kind="amended", sender="system", of=1),
        entry(3, "•••• 8881", kind="amended", sender="system", of=1),
    ]
    result = page.evaluate(TRANSCRIPT, [[lines[n]] for n in order])
    assert result["texts"][0] == [1, "•••• 8881", True]


def test_only_the_own_cid_replaces_the_local_echo(page: Page) -> None:
    theirs = entry(1, "same cid", cid="x1", sender="agent")
    mine = entry(2, "as stored", cid="x1", sender="customer")
    result = page.evaluate(
        """async ([theirs, mine]) => {
          const {Transcript} = await import("/static/chats/shared/transcript.js");
          const transcript = new Transcript({chat: "c", me: {kind: "customer"}});
          transcript.addPending("as typed", {cid: "x1"});
          transcript.apply([theirs]);
          const between = transcript.pending.length;
          transcript.apply([mine]);
          return [between, transcript.pending.length, transcript.entries.map((e) => e.text)];
        }""",
        [theirs, mine],
    )
    assert result == [1, 0, ["same cid", "as stored"]]
