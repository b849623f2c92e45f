"""ZIP and what is made of it: Office Open XML, OpenDocument."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from python_calamine import CalamineWorkbook

from lib.pci.formats.reading import APART, MOST_FILES, Reader, Unreadable, floats
from lib.pci.kinds import family

OFFICE = (("word/", "docx"), ("xl/workbook.bin", "xlsb"), ("xl/", "xlsx"), ("ppt/", "pptx"))
SHEETS = frozenset({"xlsx", "xlsb", "ods", "xls"})
INLINE = frozenset(
    {"t", "r", "span", "s", "a", "instrText", "delText", "rPr", "hyperlink", "smartTag", "ins", "proofErr"}
)
PATHS = frozenset({"d", "points", "viewBox", "path", "enhanced-path"})
LONG_ATTRIBUTE = re.compile(r"(?:[0-9][^0-9]*){12}")
ENCRYPTED = 0x1
PRINTED = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3))


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive. Raises Unreadable: unreadable, encrypted, too_large."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unreadable("unreadable") from error
    if len(archive.infolist()) > MOST_FILES:
        raise Unreadable("too_large")
    if any(member.flag_bits & ENCRYPTED for member in archive.infolist()):
        raise Unreadable("encrypted")
    return archive


def kind_of_zip(archive: zipfile.ZipFile) -> str:
    """docx, xlsx, odt … by what is inside; `zip` for any other archive."""
    names = archive.namelist()
    if "mimetype" in names:
        with archive.open("mimetype") as file:
            mimetype = file.read(100).decode("ascii", "replace")
        for part, kind in (("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp")):
            if mimetype.startswith(f"application/vnd.oasis.opendocument.{part}"):
                return kind
    if "[Content_Types].xml" in names:
        for start, kind in OFFICE:
            if any(name.startswith(start) for name in names):
                return kind
    return "zip"


def read_member(reader: Reader, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Its bytes, whatever size it claims. Raises Unreadable: too_large, unreadable."""
    reader.spend(member.file_size, member.compress_size)
    try:
        with archive.open(member) as file:
            data = file.read(member.file_size + 1)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("unreadable") from error
    except Exception as error:  # zlib.error, lzma.LZMAError and whatever a damaged stream raises
        raise Unreadable("unreadable") from error
    if len(data) != member.file_size:
        raise Unreadable("unreadable")
    return data


def read_archive(reader: Reader, archive: zipfile.ZipFile) -> Iterator[str]:
    """Every file in it, and their names."""
    yield archive.comment.decode("utf-8", "replace")
    for member in archive.infolist():
        if not member.is_dir():
            yield from reader.inside(read_member(reader, archive, member), member.filename)


def read_office(reader: Reader, archive: zipfile.ZipFile, data: bytes, kind: str) -> Iterator[str]:
    """All parts: text, headers, comments, notes, properties, cells, pictures, embedded files."""
    apart = APART if kind in SHEETS else "\n"
    for member in archive.infolist():
        if member.is_dir():
            continue
        part = read_member(reader, archive, member)
        start = part[:64].lstrip(b"\xef\xbb\xbf \t\r\n\xff\xfe\x00")
        if member.filename.endswith((".xml", ".rels", ".vml", ".rdf")) or start.startswith(b"<"):
            yield from read_xml(part, apart)
        elif family(part):
            yield from reader.inside(part, member.filename)
        elif kind == "xlsb" and member.filename.endswith(".bin"):
            yield _strings(part)
        elif member.filename.lower().endswith((".emf", ".wmf", ".tif", ".tiff", ".bmp", ".svg", ".svm")):
            yield from reader.image(part, "", (1000, 1000))
    if kind in SHEETS:
        yield from read_cells(data)


def _strings(part: bytes) -> str:
    """What stands in a binary part in sixteen-bit characters."""
    return APART.join(re.findall(r"[\x20-\x7e\u00a0-\u024f]{4,}", part.decode("utf-16-le", "replace")))


def read_xml(part: bytes, apart: str) -> Iterator[str]:
    """Text and long attributes. Raises Unreadable for what is no XML, or XML with entities of its own."""
    shown: list[str] = []
    try:
        for _event, element in iterparse(BytesIO(part), events=("end",), forbid_dtd=False):
            name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
            shown.append(element.text or "")
            if name not in INLINE:
                shown.append(apart)
            for key, value in element.attrib.items():
                if key.rpartition("}")[2] not in PATHS and LONG_ATTRIBUTE.search(value):
                    shown.append(f"{APART}{value}{APART}")
            shown.append(element.tail or "")
            element.clear()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable("unreadable") from error
    yield floats("".join(shown))


def read_cells(data: bytes) -> Iterator[str]:
    """Every cell of every sheet; a row whose cells are cut like a card is also read as one number."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for sheet in book.sheet_names:
            for row in book.get_sheet_by_name(sheet).iter_rows():
                cells = [_cell(value) for value in row if value != ""]
                yield APART.join(cells) + APART
                digits = [cell for cell in cells if cell.isdigit()]
                if tuple(map(len, digits)) in PRINTED:
                    yield " ".join(digits)
    except Exception as error:  # the engine's own errors have no common base
        raise Unreadable("encrypted" if "assword" in str(error) else "unreadable") from error


def _cell(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
