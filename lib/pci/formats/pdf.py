"""PDF: text, annotations, form fields, particulars, attached files, pictures."""

import re
from collections.abc import Generator, Iterator
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium

from lib.pci.formats.pdfobjects import BOX, Thing, is_picture, things, under, unpacked, value_at, words
from lib.pci.formats.raw import strings
from lib.pci.formats.reading import APART, ICON, MOST_BYTES, MOST_PAGES, Reader, Unreadable
from lib.pci.formats.text import read_html

PASSWORD = 4
SCALE = 2.0  # 144 dots an inch: enough to read what people can read
READ_ANYWAY = 5  # pages that are read as pictures where fonts say themselves what their signs mean, as most do
MOST_DRAWINGS = 5000
VISIBLE = 4  # the flag of an annotation that is printed, and nothing else
FLATTENED = 1
LARGEST_PICTURE = 50_000_000  # pixels
HOLDS_MORE = re.compile(rb"/Subtype/(?:RichMedia|3D|Sound|Movie|Screen)(?![\w#])")
SPOKEN = (b"/JS", b"/XFA", b"/RV", b"/RC", b"/V", b"/DV", b"/Metadata")
"""Keys under which a stream holds what is shown or runs."""
PATTERN = re.compile(rb"/PatternType\s+1\b")
SIMPLE_FONT = re.compile(rb"/Subtype/(?:Type1|MMType1|TrueType)(?![\w#])")
OWN_LETTERS = re.compile(rb"/Encoding(?!/(?:WinAnsi|MacRoman|Standard)Encoding)|/FontDescriptor")
TO_UNICODE = re.compile(rb"/ToUnicode\s+([0-9]+) [0-9]+ R")
RESOURCES = re.compile(rb"/Resources(?![\w#])\s*")
DIGIT_AS = re.compile(rb"<3([0-9])>\s*(?:<3[0-9]>\s*)?<([0-9A-Fa-f]{4})>")


def read_pdf(reader: Reader, data: bytes) -> Iterator[str]:
    """Everything that can be seen. Raises Unreadable: encrypted, too_large (over 2 000 pages), unreadable, image."""
    document = _opened(data)
    try:
        if len(document) > MOST_PAGES:
            raise Unreadable("too_large")
        copy = _copied(document)
        found = _objects(copy)
        yield APART.join(document.get_metadata_dict().values())
        yield from words(found.values())
        yield from _spoken(reader, found)
        attached = yield from _attached(reader, document)
        _all_files_are_read(found, attached)
        _fonts_do_not_lie(found)
        renamed = reader.read_image is not None and any(TO_UNICODE.search(thing.words) for thing in found.values())
        for number in range(len(document)):
            yield from _page(reader, document, number, renamed and number < READ_ANYWAY)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("unreadable") from error
    finally:
        document.close()
    yield from _drawings(reader, copy, found)


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == PASSWORD or "assword" in str(error)
        raise Unreadable("encrypted" if locked else "unreadable") from error


def _copied(document: pypdfium2.PdfDocument) -> bytes:
    """The file as the reader of pages understood it: every object unpacked, decrypted, names in one spelling."""
    out = BytesIO()
    document.save(out, flags=pdfium.FPDF_REMOVE_SECURITY)
    if out.tell() > MOST_BYTES:
        raise Unreadable("too_large")
    return out.getvalue()


def _objects(copy: bytes) -> dict[int, Thing]:
    """All objects. Raises Unreadable for films, sounds and bodies in space."""
    found = things(copy)
    if any(HOLDS_MORE.search(thing.words) for thing in found.values()):
        raise Unreadable("unreadable")
    return found


def _spoken(reader: Reader, found: dict[int, Thing]) -> Iterator[str]:
    """Streams that are text: metadata, long values, scripts, forms in XML."""
    for number in sorted(set().union(*(under(found, key) for key in SPOKEN))):
        thing = found[number]
        if thing.stream is None or is_picture(thing) or b"/Subtype/Form" in thing.words:
            continue
        text = unpacked(thing)
        reader.spend(len(text), len(thing.stream))
        yield from strings(text)
        if b"<" in text:
            yield from read_html(reader, text)


def _attached(reader: Reader, document: pypdfium2.PdfDocument) -> Generator[str, None, set[bytes]]:
    """The texts of the files attached; returns their bytes."""
    seen: set[bytes] = set()
    for number in range(document.count_attachments()):
        attached = document.get_attachment(number)
        packed = bytes(attached.get_data())
        reader.spend(len(packed))
        seen.add(packed)
        yield from reader.inside(packed, attached.get_name())
    return seen


def _all_files_are_read(found: dict[int, Thing], attached: set[bytes]) -> None:
    """Raises Unreadable for a file that hangs on anything else than the list of attached files."""
    hanging = under(found, b"/EF") | {
        number for number, thing in found.items() if thing.stream is not None and b"/Type/EmbeddedFile" in thing.words
    }
    for number in hanging:
        if unpacked(found[number]) not in attached:
            raise Unreadable("unreadable")


def _fonts_do_not_lie(found: dict[int, Thing]) -> None:
    """Raises Unreadable where a font that draws the usual digits says that they are something else."""
    for thing in found.values():
        says = TO_UNICODE.search(thing.words)
        if says is None or not SIMPLE_FONT.search(thing.words) or OWN_LETTERS.search(thing.words):
            continue
        table = found.get(int(says[1]))
        for digit, said in DIGIT_AS.findall(unpacked(table) if table else b""):
            if chr(int(said, 16)) != digit.decode():
                raise Unreadable("unreadable")


def _page(reader: Reader, document: pypdfium2.PdfDocument, number: int, as_seen: bool) -> Iterator[str]:
    """What the page shows, and what it shows with everything that lies on it; `as_seen`: also if it has no picture."""
    page = document[number]
    try:
        yield from _text(reader, page)
        flat = _flattened(page)
        if not flat:
            yield from _seen(reader, page, as_seen)
    finally:
        page.close()
    if flat:
        page = document[number]
        try:
            yield from _text(reader, page)
            yield from _seen(reader, page, as_seen)
        finally:
            page.close()


def _flattened(page: pypdfium2.PdfPage) -> bool:
    """Whether something lay on the page; it is part of it now, hidden or not."""
    count = pdfium.FPDFPage_GetAnnotCount(page)
    for number in range(count):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        pdfium.FPDFAnnot_SetFlags(annotation, VISIBLE)
        pdfium.FPDFPage_CloseAnnot(annotation)
    if not count:
        return False
    done = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
    if done == pdfium.FLATTEN_FAIL:
        raise Unreadable("unreadable")
    return bool(done == pdfium.FLATTEN_SUCCESS)


def _text(reader: Reader, page: pypdfium2.PdfPage) -> Iterator[str]:
    text = page.get_textpage().get_text_range()
    reader.spend(len(text), file=False)
    yield text


def _seen(reader: Reader, page: pypdfium2.PdfPage, anyway: bool = False) -> Iterator[str]:
    """The text in its pictures, which are read as one: the tiles of a picture show what none shows alone."""
    sizes = [thing.get_px_size() for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])]
    if anyway or len(sizes) > 1 or sum(wide * high for wide, high in sizes) > ICON:
        yield from reader.picture(_rendered(page) if reader.read_image else b"", "pgm")


def _rendered(page: pypdfium2.PdfPage) -> bytes:
    """The page as a picture in grey (portable graymap)."""
    wide, high = page.get_size()
    if wide * high * SCALE * SCALE > LARGEST_PICTURE:
        raise Unreadable("too_large")
    bitmap = page.render(scale=SCALE, grayscale=True)
    rows = bytes(bitmap.buffer)
    lines = (rows[at * bitmap.stride : at * bitmap.stride + bitmap.width] for at in range(bitmap.height))
    return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(lines)


def _drawings(reader: Reader, copy: bytes, found: dict[int, Thing]) -> Iterator[str]:
    """Every look that a field or a stamp can take, and every pattern, each as a page of its own."""
    numbers = under(found, b"/AP") | {number for number, thing in found.items() if PATTERN.search(thing.words)}
    drawn = sorted(number for number in numbers if found[number].stream is not None)
    if len(drawn) > MOST_DRAWINGS:
        raise Unreadable("too_large")
    if not drawn:
        return
    document = _opened(_book(copy, found, drawn))
    try:
        for number in range(len(document)):
            page = document[number]
            try:
                yield from _text(reader, page)
                yield from _seen(reader, page)
            finally:
                page.close()
    except pypdfium2.PdfiumError as error:
        raise Unreadable("unreadable") from error
    finally:
        document.close()


def _book(copy: bytes, found: dict[int, Thing], drawn: list[int]) -> bytes:
    """The file with other pages: the drawings."""
    catalog = max(found) + 1
    pages = range(catalog + 2, catalog + 2 + len(drawn))
    kids = b" ".join(b"%d 0 R" % page for page in pages)
    added = [
        b"<</Type/Catalog/Pages %d 0 R>>" % (catalog + 1),
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(drawn)),
        *(_sheet(found[number].words, catalog + 1, number) for number in drawn),
    ]
    out, table = bytearray(copy), b""
    for at, written in enumerate(added, catalog):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (at, written)
    start, before = len(out), int(copy[copy.rfind(b"startxref") + 9 :].split()[0])
    out += b"xref\n%d %d\n%s" % (catalog, len(added), table)
    out += b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\n" % (catalog + len(added), catalog, before)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _sheet(words: bytes, tree: int, number: int) -> bytes:
    box, resources = BOX.search(words), RESOURCES.search(words)
    given = value_at(words, resources.end()) if resources else b"<<>>"
    return b"<</Type/Page/Parent %d 0 R/MediaBox[%s]/Resources %s/Contents %d 0 R>>" % (
        tree,
        box[1] if box else b"0 0 1000 1000",
        given,
        number,
    )
