"""Files between two people at real browsers, looked at by the real scan worker."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from chats.attachments import PART_SIZE
from tests.browser import people
from tests.browser.people import CARD, Complaints
from tests.lib.pci import made_files as made
from tests.live import Live, until

pytestmark = [pytest.mark.browser, pytest.mark.live]

PHONE = {"viewport": {"width": 375, "height": 720}}
PICK = "input[type=file]"
DRAG = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name, {type: "text/plain"}));
  const at = document.querySelector(".w-body");
  at.dispatchEvent(new DragEvent("dragover", {dataTransfer, bubbles: true, cancelable: true}));
  return {
    drop: at.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true})),
    paste: document.querySelector("textarea").dispatchEvent(
      new ClipboardEvent("paste", {clipboardData: dataTransfer, bubbles: true, cancelable: true})),
  };
}"""


@pytest.fixture(scope="module")
def looked_at(live_server_processes: Live) -> Iterator[Live]:
    """The demo house with a worker that looks at files."""
    live_server_processes.start_scan()
    yield live_server_processes
    live_server_processes.stop("scan")


@pytest.fixture
def live(looked_at: Live) -> Live:
    people.everybody_home(looked_at)
    return looked_at


@contextmanager
def nobody_looks(live: Live) -> Iterator[None]:
    """Inside, files wait to be looked at."""
    until(lambda: " ready." in live.said("scan"))
    live.processes["scan"].send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        live.processes["scan"].send_signal(signal.SIGCONT)


def file(name: str, data: bytes, kind: str = "text/plain") -> dict[str, Any]:
    return {"name": name, "mimeType": kind, "buffer": data}


def in_a_chat(live: Live, browser: Browser, complaints: Complaints, agent: str, **shop: Any) -> tuple[Page, Page]:
    """A desk and a widget of its own page, in one chat."""
    _, desk = people.window(browser, complaints)
    _, widget = people.window(browser, complaints, **shop)
    people.at_the_desk(desk, live, agent)
    people.goes_available(desk)
    widget.goto(f"{live.base_url}/widget/direct/")
    widget.get_by_label("Name").fill("Nancy George")
    widget.get_by_role("button", name="Start chat").click()
    desk.get_by_role("button", name="Accept").first.click()
    expect(widget.get_by_role("log").get_by_text("joined")).to_be_visible()
    return desk, widget


@contextmanager
def dropping(live: Live, widget: Page) -> Iterator[None]:
    """Inside, the policy Drop holds and pictures may pass; the customer's page knows it, and at the end no longer."""
    live.execute(
        "INSERT INTO chats_screeningpolicy (policy, images, detectors, attachments, kinds)"
        " VALUES ('drop', 'let_through', '{pan,cvv}', true, '{txt,pdf,png}')"
    )
    try:
        until(lambda: policy_after_reload(widget) == "drop")
        yield
    finally:
        live.execute("DELETE FROM chats_screeningpolicy")
        until(lambda: policy_after_reload(widget) == "redact")


def in_order(log: Locator, *texts: str) -> bool:
    """Whether the texts stand one below the other."""
    shown = log.inner_text()
    places = [shown.index(text) for text in texts]
    return places == sorted(places)


def policy_after_reload(widget: Page) -> Any:
    """What the server says becomes of card numbers."""
    known = "() => document.querySelector('cc-widget').session.chat?.policy"
    widget.reload()
    widget.wait_for_function(known)
    return widget.evaluate(known)


def test_a_clean_file_arrives_and_one_with_a_card_number_doesn_t(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    desk, widget = in_a_chat(live, browser, complaints, "alice")
    letter, words = made.pdf("The page of the bill"), "Grüße von Nancy".encode()
    talk, log = desk.locator(".transcript"), widget.get_by_role("log")
    with nobody_looks(live):
        widget.locator(PICK).set_input_files(
            [file("bill.pdf", letter, "application/pdf"), file("words.txt", words), file("card.txt", CARD.encode())]
        )
        expect(widget.locator(".composer-files").get_by_text("uploaded")).to_have_count(3)
        people.says(widget, "here is the bill")
        expect(talk.locator(".file.scanning")).to_have_count(3)
        expect(talk.get_by_text("Being checked")).to_have_count(3)
        expect(talk.get_by_label("Download bill.pdf")).to_have_count(0)
    expect(talk.locator(".file.clean")).to_have_count(2)
    with desk.expect_download() as download:
        talk.get_by_label("Download bill.pdf").click()
    assert Path(download.value.path()).read_bytes() == letter
    assert download.value.suggested_filename == "bill.pdf"
    fetched = desk.request.get(download.value.url)
    assert fetched.headers["content-disposition"] == 'attachment; filename="bill.pdf"'
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert fetched.headers["content-type"] == "application/octet-stream"
    expect(talk.get_by_text("Removed: the file holds a card number. The sender was told.")).to_be_visible()
    expect(log.get_by_text("Not sent: it holds a card number. It was deleted.")).to_be_visible()
    assert desk.request.get(download.value.url.replace("/api/", "/elsewhere/")).status == 404

    desk.locator(PICK).set_input_files([file("answer.txt", words)])
    expect(desk.locator(".composer-files").get_by_text("uploaded")).to_be_visible()
    desk.locator("#composer-text").press("Enter")
    with widget.expect_download() as back:
        log.get_by_label("Download answer.txt").click()
    assert Path(back.value.path()).read_bytes() == words
    assert complaints == []


def test_uploads_are_cancelled_resumed_and_waited_for_on_a_phone(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    desk, widget = in_a_chat(live, browser, complaints, "anna", **PHONE)
    asked: list[str] = []

    def cut_the_second(route: Route) -> None:
        asked.append(route.request.url.split("/parts/")[1].split("/")[0])
        if asked.count("2") == 1 and asked[-1] == "2":
            route.abort("connectionreset")
        else:
            route.continue_()

    widget.route("**/parts/**", cut_the_second)
    long = b"only words \n" * (2 * PART_SIZE // 12 + 10)
    widget.locator(PICK).set_input_files([file("long.txt", long)])
    people.says(widget, "with a long one")
    expect(widget.get_by_text("goes out once its files are uploaded")).to_be_visible()
    expect(widget.get_by_role("progressbar", name="Upload of long.txt")).to_be_visible()
    expect(desk.locator(".transcript").get_by_text("long.txt")).to_be_visible()
    assert asked == ["1", "2", "2", "3"]
    with desk.expect_download() as download:
        desk.locator(".transcript").get_by_label("Download long.txt").click()
    assert Path(download.value.path()).read_bytes() == long

    widget.evaluate(DRAG, ["dropped.txt", "dropped"])
    tray = widget.locator(".composer-files")
    expect(tray.get_by_text("uploaded")).to_have_count(2)
    assert widget.evaluate("document.documentElement.scrollWidth") <= 375
    for _ in range(2):
        tray.get_by_role("button", name="Remove dropped.txt").first.click()
    expect(tray).to_have_count(0)
    until(lambda: live.execute("SELECT count(*) FROM chats_attachment WHERE status = 'cancelled'")[0][0] >= 2)
    expect(widget.get_by_role("button", name="Send")).to_have_attribute("aria-disabled", "true")
    assert [complaint for complaint in complaints if "net::ERR_CONNECTION_RESET" not in complaint] == []


def test_under_drop_a_message_is_held_and_discarded_with_its_files(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    desk, widget = in_a_chat(live, browser, complaints, "ahmed")
    log, talk = widget.get_by_role("log"), desk.locator(".transcript")
    with dropping(live, widget):
        with nobody_looks(live):
            widget.locator(PICK).set_input_files([file("card.txt", CARD.encode()), file("words.txt", b"words")])
            people.says(widget, "all or nothing")
            expect(log.get_by_text("Being checked, a few seconds").last).to_be_visible()
            people.says(widget, "said meanwhile")
            expect(log.get_by_text("goes out after the one before it")).to_be_visible()
            assert in_order(log, "all or nothing", "said meanwhile")
            expect(talk.get_by_text("said meanwhile")).to_have_count(0)
            expect(talk.get_by_text("all or nothing")).to_have_count(0)
        expect(talk.get_by_text("said meanwhile")).to_be_visible()
        told = log.get_by_role("alert")
        expect(told).to_contain_text(
            "The whole message was discarded, nobody has seen it. card.txt: it holds a card number."
        )
        expect(log.get_by_text("Not sent: it was discarded with its message.")).to_be_visible()
        log.get_by_role("button", name="OK").click()
        expect(log.get_by_text("all or nothing")).to_have_count(0)
        assert not live.execute("SELECT 1 FROM chats_entry WHERE text = 'all or nothing'")

        composer = widget.get_by_role("textbox")
        composer.fill(f"my card is {CARD}")
        composer.press("Enter")
        warning = widget.locator(".w-pci")
        expect(warning).to_contain_text(re.compile("The whole message would be discarded.*It was not sent"))
        expect(warning.get_by_role("button", name="Send masked")).to_have_count(0)
        warning.get_by_role("button", name="Edit").click()
        widget.keyboard.press("Delete")
        people.says(widget, "my card is")

        with nobody_looks(live):
            widget.locator(PICK).set_input_files([file("dot.png", made.png(40, 20), "image/png")])
            people.says(widget, "a picture")
            people.says(widget, "as you see")
            expect(log.get_by_text("goes out after the one before it")).to_be_visible()
        shown = talk.locator(".picture img")
        expect(shown).to_be_visible()
        assert shown.evaluate("image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [
            40,
            20,
        ]
        assert talk.get_by_text("my card is").count() == 1
        expect(talk.get_by_text("as you see")).to_be_visible()
        assert in_order(talk, "a picture", "as you see") and in_order(log, "a picture", "as you see")
    assert complaints == []
