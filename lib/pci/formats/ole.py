"""Microsoft's older files: Word, Excel, PowerPoint, Outlook."""

import re
import struct
from collections.abc import Iterator

import olefile

from lib.pci.formats.cells import read_cells
from lib.pci.formats.raw import strings
from lib.pci.formats.reading import Reader, Unreadable
from lib.pci.formats.rtf import read_rtf
from lib.pci.formats.text import read_html
from lib.pci.kinds import family

KINDS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
    ("__properties_version1.0", "msg"),
)
FIB_FLAGS, FIB_PIECES = 0x0A, 0x01A2  # where in the stream they stand
FIB_ENCRYPTED, FIB_TABLE_1 = 0x0100, 0x0200
PIECE_OF_BYTES = 0x40000000
TEXT_STREAM = re.compile(r"__substg1\.0_(....)([01]01[EF])(?:-[0-9A-F]{8})?", re.IGNORECASE)
"""One text, or one of the texts of a list."""
PACKAGE = "\x01Ole10Native"
TABLES = frozenset({"Workbook", "Book"})
PICTURE = re.compile(
    rb"\x89PNG\r\n\x1a\n\0\0\0\rIHDR|\xff\xd8\xff(?:\xe0..J|\xe1..[Eh]|\xdb\0[\x43\x84]|[\xe2\xed\xee]..[IPA])",
    re.DOTALL,
)
DRAWING = re.compile(
    rb"[\x40\x50]=\x1a\xf0|[\x60\x70]!\x1b\xf0|[\x20\x30]T\x1c\xf0|[\x80\x90]z\x1f\xf0|[\x40\x50]n\x29\xf0"
)
"""Heads of pictures that Office keeps packed or in forms nobody here reads: EMF, WMF, PICT, DIB, TIFF."""
MOST_PICTURES = 20
ATTACHED = "__substg1.0_37010102"
HTML_BODY, RTF_BODY = "__substg1.0_10130102", "__substg1.0_10090102"
LZFU = b"LZFu"
DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def open_ole(data: bytes) -> olefile.OleFileIO:
    """The compound file. Raises Unreadable."""
    try:
        return olefile.OleFileIO(data)
    except Exception as error:  # damaged files make it raise many things
        raise Unreadable("unreadable") from error


def kind_of_ole(file: olefile.OleFileIO) -> str:
    """doc, xls, ppt or msg. Raises Unreadable: encrypted, type."""
    names = {path[0] for path in file.listdir()}
    for name, kind in KINDS:
        if name in names:
            if kind == "encrypted":
                raise Unreadable("encrypted")
            return kind
    raise Unreadable("type")


def read_ole(reader: Reader, file: olefile.OleFileIO, data: bytes, kind: str) -> Iterator[str]:
    """The texts of the file. Raises Unreadable."""
    try:
        if kind == "xls":
            yield from read_cells(data)
        for path in file.listdir():
            stream = file.openstream(path).read()
            if path[-1] == "WordDocument":
                yield _pieces_of_word(file, path[:-1])
            if kind == "msg":
                yield from _message(reader, file, path, stream)
            yield from _stream(reader, path, stream)
    except (OSError, struct.error, IndexError, olefile.olefile.OleFileError) as error:
        raise Unreadable("unreadable") from error


def _pieces_of_word(file: olefile.OleFileIO, folder: list[str]) -> str:
    """The text in its order: Word may keep it in pieces that lie anywhere in the stream, in eight or sixteen bits."""
    stream = file.openstream([*folder, "WordDocument"]).read()
    flags = struct.unpack_from("<H", stream, FIB_FLAGS)[0]
    if flags & FIB_ENCRYPTED:
        raise Unreadable("encrypted")
    table = [*folder, "1Table" if flags & FIB_TABLE_1 else "0Table"]
    start, length = struct.unpack_from("<II", stream, FIB_PIECES)
    if not length or not file.exists(table):
        return ""
    rest = file.openstream(table).read()[start : start + length]
    while rest[:1] == b"\x01":  # formatting, with its length
        rest = rest[3 + struct.unpack_from("<H", rest, 1)[0] :]
    if rest[:1] != b"\x02":
        raise Unreadable("unreadable")
    count = (struct.unpack_from("<I", rest, 1)[0] - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", rest, 5)
    shown = []
    for nth in range(count):
        at = struct.unpack_from("<I", rest, 5 + 4 * (count + 1) + 8 * nth + 2)[0]
        size = places[nth + 1] - places[nth]
        if at & PIECE_OF_BYTES:
            first = (at & ~PIECE_OF_BYTES) // 2
            shown.append(stream[first : first + size].decode("cp1252", "replace"))
        else:
            shown.append(stream[at : at + 2 * size].decode("utf-16-le", "replace"))
    return "".join(shown)


def _stream(reader: Reader, path: list[str], stream: bytes) -> Iterator[str]:
    """Everything in a stream that reads as text, and the pictures in it. Raises Unreadable for what is packed in it."""
    name = path[-1]
    if name == "WordDocument" and len(stream) > 12 and struct.unpack_from("<H", stream, FIB_FLAGS)[0] & FIB_ENCRYPTED:
        raise Unreadable("encrypted")
    if name == "EncryptedSummary":
        raise Unreadable("encrypted")
    if name == PACKAGE or (name in TABLES and len(path) > 1):  # a file, and a sheet in another file
        raise Unreadable("type")
    reader.spend(len(stream))
    yield from strings(stream)
    if name != ATTACHED and family(stream):
        yield from reader.inside(stream, "")
    elif not name.startswith("__substg"):
        yield from _pictures(reader, stream, name)


def _pictures(reader: Reader, stream: bytes, name: str) -> Iterator[str]:
    """The text in pictures, wherever in the stream they begin."""
    if DRAWING.search(stream) or (name == "Pictures" and stream.strip(b"\0") and not PICTURE.search(stream)):
        yield from reader.picture(b"", "")
    for count, found in enumerate(PICTURE.finditer(stream)):
        if count == MOST_PICTURES:
            raise Unreadable("too_large")
        kind = "png" if found[0][:1] == b"\x89" else "jpg"
        yield from reader.picture(stream[found.start() :], kind)


def _message(reader: Reader, file: olefile.OleFileIO, path: list[str], stream: bytes) -> Iterator[str]:
    """What a stream of an Outlook message means: a text, its body, an attachment."""
    text = TEXT_STREAM.fullmatch(path[-1])
    if text:
        yield stream.decode("utf-16-le" if text[2].upper().endswith("F") else "cp1252", "replace")
    elif path[-1] == ATTACHED:
        yield from reader.inside(stream, _name_of(file, path[:-1]))
    elif path[-1] == HTML_BODY:
        yield from read_html(reader, stream)
    elif path[-1] == RTF_BODY:
        yield from read_rtf(reader, unpacked_rtf(stream))


def _name_of(file: olefile.OleFileIO, folder: list[str]) -> str:
    for name in ("__substg1.0_3707001F", "__substg1.0_3704001F"):
        if file.exists([*folder, name]):
            return file.openstream([*folder, name]).read().decode("utf-16-le", "replace")
    return ""


def unpacked_rtf(packed: bytes) -> bytes:
    """Rich text from the form in which Outlook packs it. Raises Unreadable."""
    if len(packed) < 16:
        raise Unreadable("unreadable")
    size = struct.unpack_from("<I", packed, 4)[0]
    if packed[8:12] != LZFU:
        return packed[16 : 16 + size]
    window = bytearray(DICTIONARY.ljust(4096, b"\0"))
    write, place, out = len(DICTIONARY), 16, bytearray()
    while place < len(packed):
        control = packed[place]
        place += 1
        for bit in range(8):
            if place >= len(packed) or len(out) > size:
                return bytes(out)
            if not control >> bit & 1:
                piece, place = packed[place : place + 1], place + 1
                write = _keep(window, write, piece, out)
                continue
            token = int.from_bytes(packed[place : place + 2], "big")
            place += 2
            start, length = token >> 4, (token & 15) + 2
            if start == write:
                return bytes(out)
            for step in range(length):
                write = _keep(window, write, bytes([window[(start + step) % 4096]]), out)
    return bytes(out)


def _keep(window: bytearray, write: int, piece: bytes, out: bytearray) -> int:
    out += piece
    window[write] = piece[0]
    return (write + 1) % 4096
