"""The card rule in JavaScript agrees with the vectors that the one in Python agrees with."""

from typing import Any

import pytest

from lib.pci import context, cuts
from lib.pci.issuers import ISSUERS
from lib.pci.personal import IBAN_LENGTHS, IBAN_OF_DIGITS
from tests.browser.static_site import chromium, static_site
from tests.lib.pci.tables import vectors

pytestmark = pytest.mark.browser

FIND = """async (texts) => {
  const {findCards} = await import("/static/chats/shared/cards.js");
  const points = (text, end) => [...text.slice(0, end)].length;
  return texts.map((text) => findCards(text).map(
    ({start, end, last4}) => ({start: points(text, start), end: points(text, end), last4})));
}"""
TABLES = """async () => {
  const rules = await import("/static/chats/shared/cardrules.js");
  return {...rules};
}"""


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    with static_site() as origin, chromium() as browser:
        page = browser.new_page()
        page.goto(origin)
        found = page.evaluate(FIND, [vector["text"] for vector in vectors()])
        return {"found": found, "tables": page.evaluate(TABLES)}


def test_every_vector(answers: dict[str, Any]) -> None:
    for vector, found in zip(vectors(), answers["found"], strict=True):
        assert found == vector["cards"], vector["text"]


def test_both_have_the_same_tables(answers: dict[str, Any]) -> None:
    tables = answers["tables"]
    assert tables.pop("ISSUERS") == [
        [issuer.name, [list(ends) for ends in issuer.ranges], list(issuer.lengths)] for issuer in ISSUERS
    ]
    assert tables.pop("IBAN_LENGTHS") == IBAN_LENGTHS
    assert tables.pop("IBAN_OF_DIGITS").split() == sorted(IBAN_OF_DIGITS)
    assert tables.pop("PRINTED") == sorted(map(list, cuts.PRINTED))
    assert tables.pop("PARTS") == cuts.PARTS.pattern
    assert tables == {name: getattr(context, name).pattern for name in tables}
    assert len(tables) == 5
