"""ZIP and what is made of it: Office Open XML, OpenDocument."""

import re
import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO

from lib.pci.formats.cells import read_cells
from lib.pci.formats.marked import read_xml
from lib.pci.formats.raw import strings
from lib.pci.formats.reading import APART, MOST_FILES, Reader, Unreadable
from lib.pci.kinds import family

OFFICE = (("word/", "docx"), ("xl/workbook.bin", "xlsb"), ("xl/", "xlsx"), ("ppt/", "pptx"))
SHEETS = frozenset({"xlsx", "xlsb", "ods", "xls"})
XML = (".xml", ".rels", ".vml", ".rdf")
DRAWN = (".emf", ".wmf", ".tif", ".tiff", ".bmp", ".svm", ".wdp")
METAFILE = b"VCLMTF"
SHOWS_NOTHING = re.compile(
    r".*/printerSettings[0-9]*\.bin|(?:word|ppt)/fonts/[^/]+\.(?:odttf|fntdata)|Fonts/[^/]+\.[ot]tf|layout-cache"
)
"""Parts that hold what a printer wants, fonts and places on a page: whatever reads as text in them is read."""
ENCRYPTED = 0x1
HEAD, DESCRIPTOR = 30, 24  # bytes: of a member's own head without the name; behind a member written in one go
END_OF_DIRECTORY, END_SIZE = b"PK\5\6", 22


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


def read_archive(reader: Reader, archive: zipfile.ZipFile, data: bytes) -> Iterator[str]:
    """Every file in it, their names, and what stands between them."""
    yield from _outside(archive, data)
    for member in archive.infolist():
        part = read_member(reader, archive, member)
        if member.is_dir():
            yield member.filename
        else:
            yield from reader.inside(part, member.filename)


def _outside(archive: zipfile.ZipFile, data: bytes) -> Iterator[str]:
    """What is no member: the directory with its names, comments and additions, and the heads of the members.

    Raises Unreadable where bytes lie that belong to nothing: some programs read members that no directory names.
    """
    place = 0
    for member in sorted(archive.infolist(), key=lambda member: member.header_offset):
        start = member.header_offset
        if not 0 <= start - place <= DESCRIPTOR:
            raise Unreadable("unreadable")
        size = HEAD + sum(struct.unpack_from("<HH", data, start + HEAD - 4))
        yield from strings(data[place:start])
        yield from strings(data[start + HEAD : start + size])
        place = start + size + member.compress_size
    directory = archive.start_dir
    behind = data[data.rfind(END_OF_DIRECTORY) + END_SIZE + len(archive.comment) :]
    if not 0 <= directory - place <= DESCRIPTOR or behind.strip(b"\0"):
        raise Unreadable("unreadable")
    yield from strings(data[place:])


def read_office(reader: Reader, archive: zipfile.ZipFile, data: bytes, kind: str) -> Iterator[str]:
    """All parts: text, headers, comments, notes, properties, cells, pictures, embedded files; and their names."""
    yield from _outside(archive, data)
    for member in archive.infolist():
        yield member.filename
        part = read_member(reader, archive, member)
        if part and not member.is_dir():  # OpenDocument has empty parts
            yield from _part(reader, part, member.filename, kind)
    if kind in SHEETS:
        yield from read_cells(data)


def _part(reader: Reader, part: bytes, name: str, kind: str) -> Iterator[str]:
    """The texts of one part. Raises Unreadable for what is of no known form."""
    start = part[:64].lstrip(b"\xef\xbb\xbf \t\r\n\xff\xfe\x00")
    drawn = name.lower().endswith(DRAWN) or start.startswith(METAFILE)
    if name.lower().endswith(XML) or start.startswith((b"<?xml", b"<\0?\0x\0")):
        yield from read_xml(part, APART if kind in SHEETS else "\n")
    elif family(part):
        yield from reader.inside(part, name)
    elif drawn or SHOWS_NOTHING.fullmatch(name) or (kind == "xlsb" and name.endswith(".bin")):
        yield from strings(part)
        if drawn:
            yield from reader.image(part, "", (1000, 1000))
    else:
        yield from reader.inside(part, name)
