"""The shared client in a real browser against a server that cuts, repeats, reorders and keeps silent."""

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.wire_server import CHAT, WireServer, entry

pytestmark = pytest.mark.browser

SETUP = """async ({url, chat, timing}) => {
  const load = (name) => import(`/static/chats/shared/${name}.js`);
  const {Wire} = await load("wire");
  const {Transcript} = await load("transcript");
  const {Outbox} = await load("outbox");
  const {Follower} = await load("follower");
  const transcript = new Transcript({chat, me: {kind: "customer"}});
  const hello = () => ({token: "t", after: transcript.head});
  const wire = new Wire({path: url, hello, timing: {retryLow: 20, retryHigh: 60, ...timing}});
  const follower = new Follower(wire);
  const outbox = new Outbox({wire, transcript});
  follower.follow(transcript);
  const statuses = [];
  wire.addEventListener("status", (event) => statuses.push(event.detail));
  wire.start();
  Object.assign(window, {wire, transcript, outbox, statuses});
}"""
SHOWN = "() => transcript.entries.filter((e) => e.kind === 'message').map((e) => e.text)"


@pytest.fixture
def server() -> Iterator[WireServer]:
    running = WireServer().start()
    yield running
    running.stop()


def open_chat(page: Page, server: WireServer, **timing: int) -> None:
    """The page follows the chat and is online."""
    page.evaluate(SETUP, {"url": server.url, "chat": CHAT, "timing": timing})
    page.wait_for_function("() => wire.state === 'online'")


def all_settled(page: Page, count: int) -> None:
    """Waits until nothing is pending and so many messages are shown as entries."""
    page.wait_for_function(
        "(n) => transcript.pending.length === 0 && transcript.head === n && transcript.entries.length === n", arg=count
    )


def test_an_ok_shows_the_stored_text_at_its_place_until_the_entry_comes(page: Page) -> None:
    full = entry(1, "•••• 1881", cid="x1", sender="customer")
    result = page.evaluate(
        """async (full) => {
          const {Transcript} = await import("/static/chats/shared/transcript.js");
          const transcript = new Transcript({chat: "c", me: {kind: "customer"}});
          transcript.addPending("4012 8888 8888 1881", {cid: "x1"});
          transcript.settle("x1", {seq: 1, at: full.at, text: "•••• 1881", findings: []});
          const first = [transcript.pending.length, transcript.entries[0].text, transcript.missingFrom()];
          transcript.apply([full]);
          transcript.settle("x1", {seq: 1, at: full.at, text: "•••• 1881", findings: []});
          const {name} = transcript.entries[0].sender;
          return [first, transcript.entries.length, name, transcript.head, transcript.missingFrom()];
        }""",
        full,
    )
    assert result == [[0, "•••• 1881", 0], 1, "Customer", 1, None]


def test_a_hole_that_stays_open_is_asked_for(page: Page, server: WireServer) -> None:
    open_chat(page, server)
    for n in range(1, 7):
        server.post(f"line {n}")
    server.tell(server.entries(1, 6))
    page.wait_for_function("() => transcript.head === 6")
    assert server.sent("sync")[0]["after"] == 1
    assert page.evaluate(SHOWN) == [f"line {n}" for n in range(1, 7)]


def test_a_higher_head_in_a_heartbeat_is_asked_for(page: Page, server: WireServer) -> None:
    open_chat(page, server, ping=100)
    server.post("said while nobody was told")
    page.wait_for_function("() => transcript.head === 1")
    assert page.evaluate(SHOWN) == ["said while nobody was told"]


def test_what_welcome_promised_and_replay_left_out_is_asked_for(page: Page, server: WireServer) -> None:
    for n in range(1, 4):
        server.post(f"line {n}")
    server.hidden = {2, 3}
    open_chat(page, server)
    page.wait_for_function("() => transcript.head === 3")


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_lost_doubled_or_reordered_while_connections_drop(page: Page, server: WireServer, seed: int) -> None:
    pick = random.Random(seed)
    server.faults.extend(pick.choices(["ok", "drop_before", "drop_after", "silent", "busy"], k=20))
    open_chat(page, server, answer=250)
    words = [f"message {n}" for n in range(12)]
    cids = page.evaluate("(words) => words.map((word) => outbox.send(word))", words)
    all_settled(page, len(words))
    assert [line["text"] for line in server.lines] == words
    assert [line["cid"] for line in server.lines] == cids
    assert page.evaluate(SHOWN) == words


def test_words_sent_quickly_go_out_once_each_and_in_order(page: Page, server: WireServer) -> None:
    open_chat(page, server)
    cids = page.evaluate("() => ['a', 'b', 'c', 'd', 'e'].map((text) => outbox.send(text))")
    all_settled(page, 5)
    assert [frame["cid"] for frame in server.sent("message.send")] == cids


def test_an_unanswered_message_goes_again_under_the_same_cid(page: Page, server: WireServer) -> None:
    open_chat(page, server, answer=200)
    server.faults.append("silent")
    cid = page.evaluate("() => outbox.send('hello')")
    all_settled(page, 1)
    assert [frame["cid"] for frame in server.sent("message.send")] == [cid, cid]
    assert len(server.lines) == 1


def test_unsent_words_survive_a_reload_and_keep_their_cid(page: Page, server: WireServer) -> None:
    open_chat(page, server)
    page.evaluate("() => wire.stop()")
    cids = page.evaluate("() => ['one', 'two'].map((text) => outbox.send(text))")
    assert page.evaluate("() => transcript.pending.map(({state}) => state)") == ["waiting", "waiting"]
    page.reload()
    open_chat(page, server)
    all_settled(page, 2)
    assert [(line["cid"], line["text"]) for line in server.lines] == list(zip(cids, ["one", "two"], strict=True))
    assert page.evaluate("() => sessionStorage.length") == 0


def test_a_stored_message_whose_ok_was_lost_by_a_reload_is_not_sent_anew(page: Page, server: WireServer) -> None:
    open_chat(page, server)
    server.faults.append("silent")
    page.evaluate("() => outbox.send('once')")
    page.wait_for_function("() => transcript.pending.length === 1")
    while not server.lines:
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.reload()
    open_chat(page, server)
    all_settled(page, 1)
    assert len(server.lines) == 1
    assert page.evaluate("() => sessionStorage.length") == 0


def test_a_refused_message_stays_with_its_reason_and_the_next_goes_out(page: Page, server: WireServer) -> None:
    open_chat(page, server)
    server.faults.append("refuse")
    cid = page.evaluate("() => { const cid = outbox.send('4012 8888 8888 1881'); outbox.send('sorry'); return cid; }")
    page.wait_for_function("() => transcript.head === 1")
    pending = page.evaluate("() => transcript.pending.map(({cid, state, error}) => [cid, state, error.code])")
    assert pending == [[cid, "refused", "pci_dropped"]]
    assert page.evaluate("() => sessionStorage.length") == 0
    assert page.evaluate("(cid) => outbox.takeBack(cid)", cid) == "4012 8888 8888 1881"
    assert page.evaluate("() => transcript.pending.length") == 0


@pytest.mark.parametrize("reloaded", [False, True])
def test_an_unsent_card_number_is_never_written_down_and_the_message_goes_once(
    page: Page, server: WireServer, reloaded: bool
) -> None:
    open_chat(page, server)
    page.evaluate("() => wire.stop()")
    cid = page.evaluate("() => outbox.send('it is 4012 8888 8888 1881, thanks')")
    assert "4012" not in (kept := page.evaluate("() => JSON.stringify({...sessionStorage})"))
    assert "it is •••• •••• •••• ••••, thanks" in kept
    if reloaded:
        page.reload()
        open_chat(page, server)
    else:
        page.evaluate("() => wire.start()")
    all_settled(page, 1)
    text = "it is •••• •••• •••• ••••, thanks" if reloaded else "it is 4012 8888 8888 1881, thanks"
    assert [(frame["cid"], frame["text"]) for frame in server.sent("message.send")] == [(cid, text)]
    assert page.evaluate("() => sessionStorage.length") == 0


def test_what_can_never_go_is_not_kept(page: Page, server: WireServer) -> None:
    open_chat(page, server)
    server.faults.append("over")
    page.evaluate("() => outbox.send('too late')")
    page.wait_for_function("() => transcript.pending[0]?.error?.code === 'gone'")
    assert page.evaluate("() => sessionStorage.length") == 0


def test_unsent_words_of_chats_that_are_gone_are_forgotten(page: Page, server: WireServer) -> None:
    open_chat(page, server)
    page.evaluate("() => { wire.stop(); outbox.send('kept'); sessionStorage.setItem('cc.outbox.elsewhere', '[]'); }")
    page.evaluate("(chat) => outbox.constructor.keepOnly(new Set([chat]))", CHAT)
    assert page.evaluate("() => Object.keys(sessionStorage)") == [f"cc.outbox.{CHAT}"]
    page.evaluate("() => outbox.constructor.keepOnly(new Set())")
    assert page.evaluate("() => sessionStorage.length") == 0


@pytest.mark.parametrize("code", [4401, 4403, 4409, 4410])
def test_some_closings_are_final(page: Page, server: WireServer, code: int) -> None:
    open_chat(page, server)
    server.cut(code)
    page.wait_for_function("() => wire.state === 'closed'")
    assert page.evaluate("() => statuses.at(-1).code") == code
    assert len(server.hellos) == 1


def test_a_refused_hello_tells_why(page: Page, server: WireServer) -> None:
    server.close_after_hello = 4409
    page.evaluate(SETUP, {"url": server.url, "chat": CHAT, "timing": {}})
    page.wait_for_function("() => wire.state === 'closed'")
    assert page.evaluate("() => statuses.at(-1).error.code") == "conflict"


def test_a_cut_brings_it_back_with_the_cursor(page: Page, server: WireServer) -> None:
    server.post("before")
    open_chat(page, server)
    page.wait_for_function("() => transcript.head === 1")
    server.cut(1012)
    server.post("meanwhile")
    page.wait_for_function("() => transcript.head === 2")
    assert server.hellos[-1]["after"] == 1
    states = page.evaluate("() => statuses.map(({state}) => state)")
    assert states[:3] == ["connecting", "online", "offline"]
    assert states[-1] == "online"


def test_a_request_under_way_fails_as_offline_when_the_connection_goes(page: Page, server: WireServer) -> None:
    open_chat(page, server)
    server.mute = True
    page.evaluate("() => { window.answer = wire.request('chat.leave').catch((error) => error.code); }")
    while not server.sent("chat.leave"):
        page.evaluate("() => new Promise(requestAnimationFrame)")
    server.cut(1012)
    assert page.evaluate("() => answer") == "offline"


def test_in_a_page_that_is_long_hidden_the_heart_beats_on(page: Page, server: WireServer) -> None:
    """Browsers let timers that hang on timers, five in a row, wait for a minute there."""
    page.evaluate(
        """() => {
          const real = window.setTimeout;
          let depth = 0;
          window.setTimeout = (run, after, ...more) => {
            const mine = depth + 1;
            return real(() => { depth = mine; try { run(...more); } finally { depth = 0; } }, mine > 5 ? 60000 : after);
          };
        }"""
    )
    open_chat(page, server, ping=50)
    page.evaluate(
        "() => { window.pongs = 0; wire.addEventListener('frame', (e) => (pongs += e.detail.type === 'pong')); }"
    )
    page.wait_for_function("() => pongs > 12")
    assert page.evaluate("() => statuses") == page.evaluate("() => statuses.filter((status) => status !== 'offline')")


def test_silence_for_two_periods_counts_as_lost(page: Page, server: WireServer) -> None:
    open_chat(page, server, ping=100)
    server.mute = True
    page.wait_for_function("() => statuses.some(({state}) => state === 'offline')")
    server.mute = False
    page.wait_for_function("() => wire.state === 'online'")
    assert len(server.hellos) >= 2


def test_the_browser_going_offline_and_online_is_heard(page: Page, server: WireServer) -> None:
    open_chat(page, server, retryLow=60_000, retryHigh=60_000)
    page.context.set_offline(True)
    page.wait_for_function("() => wire.state === 'offline'")
    page.evaluate("() => outbox.send('kept')")
    page.context.set_offline(False)
    all_settled(page, 1)
    assert [line["text"] for line in server.lines] == ["kept"]


def test_a_stale_desk_snapshot_is_left_out_until_the_epoch_changes(page: Page, server: WireServer) -> None:
    open_chat(page, server)
    page.evaluate(
        "() => { window.revs = []; wire.addEventListener('frame', ({detail}) => detail.rev && revs.push(detail.rev)); }"
    )
    for rev in (5, 4, 6):
        server.tell({"type": "desk", "rev": rev})
    page.wait_for_function("() => revs.length === 2")
    server.epoch = "two"
    server.cut(1012)
    page.wait_for_function("() => wire.epoch === 'two'")
    server.tell({"type": "desk", "rev": 1})
    page.wait_for_function("() => revs.length === 3")
    assert page.evaluate("() => revs") == [5, 6, 1]


def test_a_server_that_was_set_back_is_believed(page: Page, server: WireServer) -> None:
    for n in range(1, 5):
        server.post(f"old {n}")
    open_chat(page, server)
    page.wait_for_function("() => transcript.head === 4")
    server.lines[:] = [entry(1, "old 1"), entry(2, "new 2")]
    server.epoch = "two"
    server.cut(1012)
    page.wait_for_function("() => transcript.head === 2")
    assert page.evaluate(SHOWN) == ["old 1", "new 2"]


def test_now_follows_the_server_whatever_the_wall_clock_says(page: Page, server: WireServer) -> None:
    page.clock.install(time="2001-01-01T00:00:00Z")
    page.clock.resume()
    open_chat(page, server)
    assert page.evaluate("() => new Date(wire.now()).getFullYear()") >= 2025


def test_links_are_only_web_and_mail_and_end_before_the_punctuation(page: Page) -> None:
    linkify = "async (text) => (await import('/static/chats/shared/format.js')).linkify(text)"

    def links(text: str) -> list[str]:
        parts = page.evaluate(linkify, text)
        assert "".join(part if isinstance(part, str) else part["text"] for part in parts) == text
        return [part["href"] for part in parts if not isinstance(part, str)]

    assert links("see https://example.com/a_(b)?q=1, or (http://x.org/).") == [
        "https://example.com/a_(b)?q=1",
        "http://x.org/",
    ]
    assert links("write mailto:a@b.example!") == ["mailto:a@b.example"]
    assert links("javascript:alert(1) data:text/html,x ftp://x.org https:// <b>") == []
    assert links("https://x.org/" + ")" * 9000) == ["https://x.org/"]


def test_masked_numbers_stand_apart(page: Page) -> None:
    parts = page.evaluate(
        "async () => (await import('/static/chats/shared/format.js')).richText('card •••• •••• •••• 7895, thanks')"
    )
    assert parts == ["card ", {"masked": "•••• •••• •••• 7895"}, ", thanks"]


def test_durations_sizes_and_names(page: Page) -> None:
    result = page.evaluate(
        """async () => {
          const {clock, minutes, fileSize, visitorName, initials} = await import("/static/chats/shared/format.js");
          return [clock(3_723_999), clock(-5), minutes(65_000), fileSize(98_304), fileSize(1_468_006),
            visitorName({id: "3f2a9c00-1111", name: ""}), visitorName({id: "1", name: "Nancy"}),
            initials("Maria del Lago")];
        }"""
    )
    assert result == ["1:02:03", "0:00:00", "1:05", "96 KB", "1.4 MB", "Visitor 3F2A-9C", "Nancy", "ML"]


def test_words_come_from_the_catalog_and_fall_back_to_the_msgid(page: Page) -> None:
    result = page.evaluate(
        """async () => {
          const {gettext, ngettext, pgettext, interpolate} = await import("/static/chats/shared/words.js");
          const before = [gettext("Send"), ngettext("%(n)s chat", "%(n)s chats", 2)];
          globalThis.django = {pluralidx: (n) => n != 1, catalog: {"Send": "Senden", "a\\u0004Free": "Frei",
            "%(n)s chat": ["%(n)s Gespräch", "%(n)s Gespräche"]}};
          const after = [gettext("Send"), gettext("constructor"), pgettext("a", "Free"), pgettext("b", "Free"),
            interpolate(ngettext("%(n)s chat", "%(n)s chats", 1), {n: 1}), interpolate("%s of %s, 5 %%", [1, 2])];
          return [before, after];
        }"""
    )
    assert result[0] == ["Send", "%(n)s chats"]
    assert result[1] == ["Senden", "constructor", "Frei", "Free", "1 Gespräch", "1 of 2, 5 %"]
