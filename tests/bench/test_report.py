"""One table of everything measured."""

from bench import pci, report
from bench.messages import Stretch
from bench.offers import Offered
from bench.run import Found
from bench.sockets import Crowd


def test_the_table_tells_messages_crowds_routing_and_card_data():
    row = {"house": "one queue", "processes": 4, "plain": 20.0, "ours": 130.0, "ratio": 6.5}
    found = Found(
        stretches=[
            Stretch("ours", "closed", 0.0, per_second=900.0, cpu_us={"server": 500.0, "postgres": 100.0}),
            Stretch("usual", "closed", 0.0, per_second=100.0, cpu_us={"server": 7000.0, "postgres": 900.0}),
        ],
        crowds=[Crowd("ours", "idle", 1000, kib_each=31.5), Crowd("ours", "storm", 1000, seconds=9.0)],
        routing=[{**row, "order": {"plain ORM": ["1 of 9 after a younger one"], "contact centre": ["0 of 9"]}}],
        offers=Offered(300, 20.0, waits_ms=[40.0, 90.0, 120.0], problems=["TimeoutError: no offers in 60 s"]),
        pci={"words": {"per_second": 4000.0}, "digits": {"ms_for_100_kb": 40.0, "growth": 2.0}},
    )
    table = report.table(found, ("ours", "usual"))
    for words in (
        "× 9.00",
        "31.5",
        "9.0",
        "one queue, 4 processes: 130",
        "× 6.5",
        "300 agents, 20 free a second, 3 offers: p50 90 ms, p95 120 ms",
        "4,000 messages",
        "40 ms for 100 kB",
    ):
        assert words in table
    assert report.summary(found, ("ours", "usual"))["ratio"]["usual"]["median"] == 9.0
    assert found.problems == ["offers: TimeoutError: no offers in 60 s"]


def test_digits_are_searched_in_linear_time():
    digits = "4929717187" * 5_000
    half, full = pci.seconds(digits[:25_000]), pci.seconds(digits)
    assert full < 0.2
    assert full / half < 4
