"""The widget's card for who waits: his place, a range, and what it was learnt from."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

CARD = """async (wait) => {
  await import("/static/chats/widget/wait-card.js");
  const card = document.createElement("cc-wait-card");
  Object.assign(card, {position: 2, wait});
  document.body.append(card);
  await card.updateComplete;
  return [...card.querySelectorAll(".wait-txt > *")].map((line) => line.textContent);
}"""
ADVICE = "You can write already; the person who takes over reads everything."


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        ((2, 4, 12), ["About 2 to 4 minutes", "Estimated from the last 12 chats", ADVICE]),
        ((0, 1, 5), ["Less than a minute", "Estimated from the last 5 chats", ADVICE]),
        ((0, 3, 7), ["Up to 3 minutes", "Estimated from the last 7 chats", ADVICE]),
        (None, ["You are in line", ADVICE]),
    ],
)
def test_the_range_is_shown_with_its_sample_size(
    page: Page, wait: tuple[int, int, int] | None, words: list[str]
) -> None:
    told = dict(zip(("low", "high", "samples"), wait, strict=True)) if wait else None
    assert page.evaluate(CARD, told) == words
