"""PDF: text, annotations, form fields, particulars, attached files, pictures."""

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from lib.pci.formats.reading import APART, MOST_PAGES, Reader, Unreadable

PASSWORD = 4
SCALE = 2.0  # 144 dots an inch: enough to read what people can read


def read_pdf(reader: Reader, data: bytes) -> Iterator[str]:
    """Everything that can be seen. Raises Unreadable: encrypted, too_large (over 2 000 pages), unreadable, image."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == PASSWORD or "assword" in str(error)
        raise Unreadable("encrypted" if locked else "unreadable") from error
    try:
        if len(document) > MOST_PAGES:
            raise Unreadable("too_large")
        yield APART.join(document.get_metadata_dict().values())
        yield from (APART.join([item.get_title() for item in document.get_toc()]),)
        for number in range(len(document)):
            yield from _page(reader, document, number)
        for number in range(document.count_attachments()):
            attached = document.get_attachment(number)
            packed = bytes(attached.get_data())
            reader.spend(len(packed))
            yield from reader.inside(packed, attached.get_name())
    except pypdfium2.PdfiumError as error:
        raise Unreadable("unreadable") from error
    finally:
        document.close()


def _page(reader: Reader, document: pypdfium2.PdfDocument, number: int) -> Iterator[str]:
    page = document[number]
    try:
        text = page.get_textpage().get_text_range()
        reader.spend(len(text))
        yield text
        yield from _annotations(page)
        pictures = [thing for thing in page.get_objects() if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE]
        sizes = [picture.get_px_size() for picture in pictures]
        if sizes:
            largest = max(sizes, key=lambda size: size[0] * size[1])
            yield from reader.image(_rendered(page) if reader.read_image else b"", "pgm", largest)
    finally:
        page.close()


def _rendered(page: pypdfium2.PdfPage) -> bytes:
    """The page as a picture in grey (portable graymap)."""
    wide, high = page.get_size()
    if wide * high * SCALE * SCALE > 50_000_000:
        raise Unreadable("too_large")
    bitmap = page.render(scale=SCALE, grayscale=True)
    rows = bytes(bitmap.buffer)
    lines = (rows[at * bitmap.stride : at * bitmap.stride + bitmap.width] for at in range(bitmap.height))
    return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(lines)


def _annotations(page: pypdfium2.PdfPage) -> Iterator[str]:
    """Comments, and what stands in form fields."""
    for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        for key in (b"Contents", b"V", b"T", b"DV", b"RC"):
            size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
            if size > 2:
                buffer = (ctypes.c_ushort * (size // 2 + 1))()
                pdfium.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
                yield bytes(buffer)[: size - 2].decode("utf-16-le", "replace")
        pdfium.FPDFPage_CloseAnnot(annotation)
