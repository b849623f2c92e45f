"""Charts: axes begin at 0, bars stand in their place, nothing is drawn where nothing is known."""

from lib.charts import BOTTOM, HEIGHT, TOP, Series, bars


def chart(*values: float | None, labels: int = 2):
    return bars("Wait", [str(n) for n in range(labels)], [Series("as it is", "plain", values)], lambda v: f"{v:g} s")


def test_the_highest_bar_stays_within_a_round_axis_that_begins_at_zero() -> None:
    found = chart(37.0, 12.0)
    assert [mark.text for mark in found.up] == ["0 s", "10 s", "20 s", "30 s", "40 s"]
    assert all(float(bar.y) >= TOP and float(bar.y) + float(bar.height) == HEIGHT - BOTTOM for bar in found.bars)
    assert float(found.bars[0].height) / float(found.bars[1].height) > 3
    assert found.bars[0].title == "0 · as it is: 37 s"


def test_nothing_known_draws_nothing_and_a_day_of_zeros_still_has_an_axis() -> None:
    found = chart(None, 0.0)
    assert [bar.height for bar in found.bars] == ["0.0"]
    assert [mark.text for mark in found.up] == ["0 s", "1 s"]


def test_many_labels_are_thinned_out() -> None:
    assert len(bars("x", [str(n) for n in range(24)], [], str).across) == 12
