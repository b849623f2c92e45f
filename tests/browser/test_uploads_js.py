"""Files on their way, in a real browser: parts that break off, connections that go, pages that are reloaded."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.file_server import FileServer
from tests.browser.wire_server import CHAT, WireServer, entry

pytestmark = pytest.mark.browser

SETUP = """async ({url, chat}) => {
  const load = (name) => import(`/static/chats/shared/${name}.js`);
  const {Wire} = await load("wire");
  const {Transcript} = await load("transcript");
  const {Outbox} = await load("outbox");
  const {Follower} = await load("follower");
  const {FileApi} = await load("file-api");
  const {Uploads} = await load("uploads");
  const transcript = new Transcript({chat, me: {kind: "customer"}});
  const hello = () => ({token: "t", after: transcript.head});
  const wire = new Wire({path: url, hello, timing: {retryLow: 20, retryHigh: 60}});
  new Follower(wire).follow(transcript);
  const limits = {files: 3, bytes: 40};
  const uploads = new Uploads({chat, wire, limits, api: new FileApi({chat, token: "t"}), pause: () => 10});
  const outbox = new Outbox({wire, transcript, uploads});
  const add = (...named) => uploads.add(named.map(([name, text]) => new File([text], name, {type: "text/plain"})));
  const send = (text) => outbox.send(text, {batch: uploads.handOver()});
  wire.start();
  Object.assign(window, {wire, transcript, uploads, outbox, add, send});
}"""
TRAY = "() => uploads.tray.map(({name, state}) => [name, state])"
PENDING = "() => transcript.pending.map(({text, state}) => [text, state])"


@pytest.fixture
def files() -> FileServer:
    return FileServer()


@pytest.fixture
def server() -> Iterator[WireServer]:
    running = WireServer().start()
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, site: str, files: FileServer, server: WireServer) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    files.serve(page)
    page.goto(site)
    open_chat(page, server)
    yield page
    context.close()


def open_chat(page: Page, server: WireServer) -> None:
    page.evaluate(SETUP, {"url": server.url, "chat": CHAT})
    page.wait_for_function("() => wire.state === 'online'")


def stands(page: Page, *states: str) -> None:
    """Waits until the files in the tray stand like this."""
    page.wait_for_function(
        "(s) => JSON.stringify(uploads.tray.map((i) => i.state)) === JSON.stringify(s)", arg=[*states]
    )


def sent(server: WireServer) -> list[Any]:
    return [(frame["text"], frame.get("attachments")) for frame in server.sent("message.send")]


def test_parts_go_in_order_and_the_message_takes_the_file_along(
    page: Page, files: FileServer, server: WireServer
) -> None:
    page.evaluate("() => { add(['a.txt', 'ten bytes!']); return send('see here'); }")
    page.wait_for_function("() => transcript.head === 1")
    assert files.asked == ["POST", "PUT id0 1", "PUT id0 2", "PUT id0 3"]
    assert files.content("id0") == b"ten bytes!"
    assert sent(server) == [("see here", ["id0"])]
    assert page.evaluate("() => [uploads.all.length, sessionStorage.length]") == [0, 0]


@pytest.mark.parametrize("fault", ["cut", "lost", "busy"])
def test_a_broken_part_goes_again_and_the_others_don_t(page: Page, files: FileServer, fault: str) -> None:
    files.faults.extend(["ok", fault, fault])
    page.evaluate("() => add(['a.txt', 'ten bytes!'])")
    stands(page, "uploaded")
    assert files.asked == ["POST", "PUT id0 1", "PUT id0 2", "PUT id0 2", "PUT id0 2", "PUT id0 3"]
    assert files.content("id0") == b"ten bytes!"


def test_what_breaks_too_often_stops_and_goes_on_where_it_stopped(
    page: Page, files: FileServer, server: WireServer
) -> None:
    files.faults.extend(["ok", *["cut"] * 5])
    page.evaluate("() => { add(['a.txt', 'ten bytes!']); send('with it'); send('after it'); }")
    page.wait_for_function("() => transcript.head === 1")
    assert page.evaluate(PENDING) == [["with it", "stopped"]]
    assert page.evaluate("() => Math.round(100 * transcript.pending[0].batch.items[0].progress)") == 40
    page.evaluate("() => uploads.retry(uploads.all[0].key)")
    page.wait_for_function("() => transcript.head === 2")
    assert files.asked.count("PUT id0 1") == 1
    assert sent(server) == [("after it", None), ("with it", ["id0"])]


def test_a_file_that_the_server_threw_away_begins_anew(page: Page, files: FileServer) -> None:
    files.faults.extend(["ok", "gone"])
    page.evaluate("() => add(['a.txt', 'ten bytes!'])")
    stands(page, "uploaded")
    assert files.content("id1") == b"ten bytes!"


def test_what_the_server_refuses_stays_with_its_words_and_isn_t_sent(
    page: Page, files: FileServer, server: WireServer
) -> None:
    files.refusals["a.exe"] = (400, {"code": "invalid", "message": "Not this kind."})
    page.evaluate("() => add(['a.exe', 'MZ'], ['b.txt', 'b'])")
    stands(page, "refused", "uploaded")
    assert page.evaluate("() => uploads.tray[0].error.words") == "Not this kind."
    page.evaluate("() => send('')")
    page.wait_for_function("() => transcript.head === 1")
    assert sent(server) == [("", ["id0"])]
    assert page.evaluate(TRAY) == [["a.exe", "refused"]]


def test_too_many_too_large_and_empty_ones_stay_out(page: Page) -> None:
    page.evaluate("() => add(['a.txt', 'a'], ['empty.txt', ''])")
    assert page.evaluate("() => uploads.left") == {"code": "empty", "names": ["empty.txt"]}
    page.evaluate("() => add(['big.txt', 'x'.repeat(40)])")
    assert page.evaluate("() => uploads.left") == {"code": "big", "names": ["big.txt"]}
    page.evaluate("() => add(['b.txt', 'b'], ['c.txt', 'c'], ['d.txt', 'd'], ['e.txt', 'e'])")
    assert page.evaluate("() => uploads.left") == {"code": "many", "names": ["d.txt", "e.txt"]}
    stands(page, "uploaded", "uploaded", "uploaded")


def test_a_file_taken_out_is_gone_at_the_server_and_its_message_goes_without_it(
    page: Page, files: FileServer, server: WireServer
) -> None:
    files.faults.extend(["ok", *["cut"] * 5])
    page.evaluate("() => { add(['a.txt', 'ten bytes!']); send('only words'); }")
    page.wait_for_function("() => transcript.pending[0]?.state === 'stopped'")
    page.evaluate("() => uploads.remove(uploads.all[0].key)")
    page.wait_for_function("() => transcript.head === 1")
    assert sent(server) == [("only words", None)]
    page.evaluate("() => add(['b.txt', 'b'])")
    stands(page, "uploaded")
    page.evaluate("() => uploads.remove(uploads.tray[0].key)")
    page.wait_for_function("() => uploads.tray.length === 0")
    while len(files.files):
        page.evaluate("() => new Promise(requestAnimationFrame)")
    assert [asked for asked in files.asked if asked.startswith("DELETE")] == ["DELETE id0", "DELETE id0"]


def test_a_message_without_words_goes_with_its_last_file(page: Page, files: FileServer, server: WireServer) -> None:
    files.faults.extend(["cut"] * 5)
    page.evaluate("() => { add(['a.txt', 'ten bytes!']); send(''); }")
    page.wait_for_function("() => transcript.pending[0]?.state === 'stopped'")
    page.evaluate("() => uploads.remove(uploads.all[0].key)")
    assert page.evaluate("() => transcript.pending.length") == 0
    assert sent(server) == []


def test_without_a_connection_it_waits_and_goes_on_by_itself(page: Page, files: FileServer, server: WireServer) -> None:
    page.evaluate("() => wire.stop()")
    page.evaluate("() => { add(['a.txt', 'ten bytes!']); send('later'); }")
    assert page.evaluate(PENDING) == [["later", "uploading"]]
    assert files.asked == []
    page.evaluate("() => wire.start()")
    page.wait_for_function("() => transcript.head === 1")
    assert sent(server) == [("later", ["id0"])]


def test_a_reload_keeps_what_was_uploaded_and_says_what_is_lost(
    page: Page, files: FileServer, server: WireServer
) -> None:
    page.evaluate("() => add(['there.txt', 'there'])")
    stands(page, "uploaded")
    files.faults.extend(["ok", *["cut"] * 5])
    page.evaluate("() => add(['4012 8888 8888 1881.txt', 'ten bytes!'])")
    stands(page, "uploaded", "stopped")
    assert "4012" not in page.evaluate("() => JSON.stringify({...sessionStorage})")
    page.reload()
    open_chat(page, server)
    assert page.evaluate(TRAY) == [["there.txt", "uploaded"], ["•••• 1881.txt", "lost"]]
    while "DELETE id1" not in files.asked:
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.evaluate("() => send('what is there')")
    page.wait_for_function("() => transcript.head === 1")
    assert sent(server) == [("what is there", ["id0"])]


def test_a_reload_keeps_the_words_of_a_message_whose_files_were_on_their_way(
    page: Page, files: FileServer, server: WireServer
) -> None:
    files.faults.extend(["ok", *["cut"] * 5])
    cid = page.evaluate("() => { add(['a.txt', 'ten bytes!']); return send('words'); }")
    page.wait_for_function("() => transcript.pending[0].state === 'stopped'")
    page.reload()
    open_chat(page, server)
    assert page.evaluate(PENDING) == [["words", "stopped"]]
    assert page.evaluate("(cid) => outbox.takeBack(cid)", cid) == "words"
    assert page.evaluate(TRAY) == [["a.txt", "lost"]]
    assert sent(server) == []


def test_a_message_taken_back_gives_its_files_back_to_the_tray(page: Page, files: FileServer) -> None:
    files.faults.extend(["cut"] * 5)
    cid = page.evaluate("() => { add(['a.txt', 'ten bytes!']); return send('words'); }")
    page.wait_for_function("() => transcript.pending[0].state === 'stopped'")
    page.evaluate("(cid) => outbox.takeBack(cid)", cid)
    page.evaluate("() => uploads.retry(uploads.tray[0].key)")
    stands(page, "uploaded")


def test_a_held_message_that_was_discarded_tells_which_file_and_why(
    page: Page, files: FileServer, server: WireServer
) -> None:
    server.faults.append("held")
    cid = page.evaluate("() => { add(['a.txt', 'card']); return send('words'); }")
    page.wait_for_function("() => transcript.pending[0]?.state === 'held'")
    card = {"id": "id0", "name": "a.txt", "size": 4, "type": "txt", "status": "dropped", "reason": "card"}
    found = [{"detector": "pan", "action": "dropped"}]
    server.tell({"type": "dropped", "chat": CHAT, "cid": cid, "findings": found, "attachments": [card]})
    page.wait_for_function("() => transcript.pending[0].state === 'refused'")
    assert page.evaluate("() => transcript.pending[0].error") == {
        "code": "pci_dropped",
        "message": "",
        "findings": found,
        "attachments": [card],
    }
    assert page.evaluate("() => [uploads.all.length, sessionStorage.length]") == [0, 0]


def test_behind_a_held_message_the_next_ones_wait_at_the_server_in_their_place(
    page: Page, files: FileServer, server: WireServer
) -> None:
    server.faults.extend(["held", "held"])
    cids = page.evaluate("() => { add(['a.txt', 'words']); return [send('first'), send('second')]; }")
    page.wait_for_function("() => transcript.pending.every(({state}) => state === 'held')")
    assert [text for text, _files in sent(server)] == ["first", "second"]
    assert page.evaluate(PENDING) == [["first", "held"], ["second", "held"]]
    said = [
        entry(n, text, cid=cid, sender="customer") for n, text, cid in ((1, "first", cids[0]), (2, "second", cids[1]))
    ]
    for line in said:
        server.tell({"type": "entries", "chat": CHAT, "stream": "public", "entries": [line], "more": False})
    page.wait_for_function("() => transcript.head === 2")
    assert page.evaluate("() => transcript.entries.map(({text}) => text)") == ["first", "second"]
    assert page.evaluate("() => [transcript.pending.length, uploads.all.length, sessionStorage.length]") == [0, 0, 0]


def test_the_words_under_a_file(page: Page) -> None:
    words = page.evaluate(
        """async () => {
          const words = await import("/static/chats/shared/file-words.js");
          const {droppedWords, fileWords, accepted, discardedWords} = words;
          const gone = {name: "a.jpg", type: "jpg", status: "dropped", reason: "card"};
          return [droppedWords(gone, true), droppedWords({...gone, type: "pdf"}, false),
            droppedWords({...gone, reason: "new one"}, true), fileWords({status: "clean", size: 98304}, false),
            accepted(["jpg", "pdf"]),
            discardedWords({attachments: [{...gone, reason: "message"}, {...gone, name: "b", reason: "virus"}]})];
        }"""
    )
    assert words == [
        "Not sent: it shows a card number. It was deleted.",
        "Removed: the file holds a card number. The sender was told.",
        "Not sent: it could not be checked. It was deleted.",
        "96 KB · checked",
        ".jpg,.jpeg,.jpe,.pdf",
        "b: it is infected.",
    ]
