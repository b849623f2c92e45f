"""What pictures say of themselves, and what can be read in them."""

import random
import zlib
from collections.abc import Callable

import pytest

from lib.pci import images
from lib.pci.files import Verdict, inspect
from lib.pci.mask import ALL_DETECTORS
from tests.lib.pci import made_files as made
from tests.lib.pci import older_files as older
from tests.lib.pci.looking import CARD, NOTES, SOLID, look

WIDE_DIGITS = "４１１１ １１１１ １１１１ １１１１"


SAYING = {
    "png, words": made.png(400, 300, CARD),
    "png, packed words": made.png(400, 300, "", (b"zTXt", b"Comment\0\0" + zlib.compress(NOTES))),
    "png, words in UTF-8": made.png(400, 300, "", (b"iTXt", b"Comment\0\0\0\0\0" + WIDE_DIGITS.encode())),
    "png, packed words in UTF-8": made.png(
        400, 300, "", (b"iTXt", b"Comment\0\1\0de\0\0" + zlib.compress(WIDE_DIGITS.encode()))
    ),
    "png, packed profile of colours": made.png(400, 300, "", (b"iCCP", b"a\0\0" + zlib.compress(NOTES))),
    "png, entities": made.png(400, 300, "".join(f"&#{ord(digit)};" for digit in SOLID)),
    "png, in sixteen bits": made.png(400, 300, "", (b"eXIf", CARD.encode("utf-16-le"))),
    "jpg, in sixteen bits": made.jpg(b"x" + CARD.encode("utf-16-le")),
    "jpg, behind its end": made.jpg() + NOTES,
    "gif, behind its end": made.gif() + NOTES,
}


@pytest.mark.parametrize("what", SAYING)
def test_a_card_in_what_a_picture_says_of_itself(what: str, no_tesseract: None) -> None:
    assert look(SAYING[what], f"a.{what[:3]}", unread_images=True).reason == "card"


CODES = b" cvv 123, pin 4711, carol@example.org "
IN_PIXELS = {
    "png": lambda data: made.png(400, 300, "", (b"IDAT", data)),
    "jpg": lambda data: made.jpg(pixels=data),
    "gif": lambda data: made.gif(pixels=data),
    "webp": lambda data: made.webp((b"VP8 ", data)),
}
IN_PARTICULARS = {
    "png": lambda data: made.png(400, 300, "", (b"eXIf", data)),
    "jpg": made.jpg,
    "gif": lambda data: made.gif()[:-1] + b"!\xfe" + bytes([len(data)]) + data + b"\0;",
    "webp": lambda data: made.webp((b"VP8 ", b""), (b"EXIF", data)),
}


@pytest.mark.parametrize("kind", IN_PIXELS)
def test_what_reads_like_a_code_among_pixels_stands_there_by_chance(kind: str, no_tesseract: None) -> None:
    found = {}
    for where, make in (("pixels", IN_PIXELS), ("particulars", IN_PARTICULARS)):
        verdict = inspect(
            make[kind](CODES), f"a.{kind}", kinds={kind}, detectors=ALL_DETECTORS - {"phone"}, unread_images=True
        )
        found[where] = verdict.detectors
    assert found == {"pixels": (), "particulars": ("cvv", "email", "pin")}


@pytest.mark.parametrize("kind", IN_PIXELS)
def test_a_card_is_found_even_among_pixels(kind: str, no_tesseract: None) -> None:
    assert look(IN_PIXELS[kind](NOTES), f"a.{kind}", unread_images=True).detectors == ("pan",)


def test_a_photograph_is_no_text(no_tesseract: None) -> None:
    pixels = random.Random(2).randbytes(1_000_000).replace(b"\xff", b"\xff\0")
    verdict = inspect(made.jpg(pixels=pixels), "a.jpg", kinds={"jpg"}, detectors=ALL_DETECTORS, unread_images=True)
    assert verdict == Verdict("jpg", "", ())


def test_pictures_that_nobody_can_read(no_tesseract: None) -> None:
    assert look(made.png(400, 300), "a.png").reason == "image"
    for picture, name in ((made.png(400, 300), "a.png"), (made.jpg(), "a.jpg"), (made.gif(2), "a.gif")):
        assert look(picture, name, unread_images=True) == Verdict(name[2:], "", ())


@pytest.mark.parametrize(("size", "reason"), [((16, 16), ""), ((40, 400), "image"), ((400, 10), "image")])
def test_only_icons_are_too_small_to_be_read(size: tuple[int, int], reason: str, no_tesseract: None) -> None:
    assert look(made.png(*size), "a.png").reason == reason


@pytest.mark.parametrize(
    ("stream", "picture"),
    [("Data", made.png(400, 300)), ("Data", made.jpg()), ("Data", b"\x40\x3d\x1a\xf0" + bytes(9)), ("Pictures", b"x")],
)
def test_pictures_in_older_files(stream: str, picture: bytes, no_tesseract: None) -> None:
    data = older.doc("hello", **{stream: bytes(70) + picture})
    assert look(data, "a.doc").reason == "image"
    assert look(data, "a.doc", unread_images=True).reason == ""


@pytest.mark.parametrize(("count", "reason"), [(1, ""), (2, "image")])
def test_icons_could_be_tiles_of_a_picture(count: int, reason: str, no_tesseract: None) -> None:
    assert (
        look(made.office({f"word/media/{at}.png": made.png(16, 16) for at in range(count)}), "a.docx").reason == reason
    )


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (made.png(400, 300) + b"PK", "a.png"),
        (made.png(400, 300, "", (b"zTXt", b"Comment\0\0nothing packed")), "a.png"),
        (made.png(400, 300)[:-12], "a.png"),
        (made.jpg() + made.zipped({"a.txt": NOTES}), "a.jpg"),
        (made.zipped({"a.svg": made.picture_that_is_a_page(SOLID)}), "a.zip"),
    ],
)
def test_a_picture_with_more_in_it_than_a_picture(data: bytes, name: str) -> None:
    assert look(data, name, unread_images=True).reason == "unreadable"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (f"cat >/dev/null; echo 'a card: {CARD}'", "card"),
        ("cat >/dev/null; echo 'hello there'", ""),
        ("cat >/dev/null; exit 3", "unreadable"),
        ("cat >/dev/null; sleep 60", "unreadable"),
    ],
)
def test_what_tesseract_says_counts(
    tesseract: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    monkeypatch.setattr(images, "SECONDS", 1)
    tesseract(script)
    assert look(made.png(400, 300), "a.png").reason == reason
    with_picture = made.zipped(
        {"[Content_Types].xml": made.TYPES, "word/document.xml": "<w/>", "word/m/1.png": made.png(400, 300)}
    )
    assert look(with_picture, "a.docx").reason == reason


def test_a_number_over_several_pictures(tesseract: Callable[[str], None]) -> None:
    tesseract("""dd bs=1 skip=41 count=9 2>/dev/null; cat >/dev/null""")  # what stands first in the chunk of words
    pieces = {
        f"word/{at}.png": made.png(400, 300, "", (b"tEXt", f"{part} ".encode()))
        for at, part in enumerate(("4111 1111", "1111 1111"))
    }
    assert look(made.office(pieces), "a.docx").reason == "card"


def test_of_pictures_that_move_only_the_first_would_be_read(tesseract: Callable[[str], None]) -> None:
    tesseract("cat >/dev/null; echo hello")
    assert look(made.gif(1), "a.gif").reason == ""
    assert look(made.gif(2), "a.gif").reason == "image"
    assert look(made.png(400, 300, "", (b"acTL", bytes(8))), "a.png").reason == "image"


@pytest.mark.parametrize("unread", [True, False])
def test_an_image_with_too_many_pixels(unread: bool) -> None:
    assert look(made.png(30_000, 30_000), "a.png", unread_images=unread).reason == "too_large"
