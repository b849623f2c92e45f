"""Microsoft's older files: Word, Excel, PowerPoint, Outlook."""

import re
import struct
from collections.abc import Iterator

import olefile

from lib.pci.formats.packed import read_cells
from lib.pci.formats.raw import strings
from lib.pci.formats.reading import Reader, Unreadable
from lib.pci.formats.rtf import read_rtf
from lib.pci.formats.text import read_html

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
TEXT_STREAM = re.compile(r"__substg1\.0_(....)(001[EF])", re.IGNORECASE)
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
        if kind == "msg":
            yield from _message(reader, file)
            return
        if kind == "xls":
            yield from read_cells(data)
        if kind == "doc":
            yield _pieces_of_word(file)
        for path in file.listdir():
            yield from _stream(reader, path, file.openstream(path).read())
    except (OSError, struct.error, IndexError, olefile.olefile.OleFileError) as error:
        raise Unreadable("unreadable") from error


def _pieces_of_word(file: olefile.OleFileIO) -> str:
    """The text in its order: Word may keep it in pieces that lie anywhere in the stream, in eight or sixteen bits."""
    stream = file.openstream("WordDocument").read()
    flags = struct.unpack_from("<H", stream, FIB_FLAGS)[0]
    if flags & FIB_ENCRYPTED:
        raise Unreadable("encrypted")
    table = "1Table" if flags & FIB_TABLE_1 else "0Table"
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
    """Everything in a stream that reads as text, in eight and in sixteen bits."""
    name = path[-1]
    if name == "WordDocument" and len(stream) > 12 and struct.unpack_from("<H", stream, FIB_FLAGS)[0] & FIB_ENCRYPTED:
        raise Unreadable("encrypted")
    if name == "EncryptedSummary":
        raise Unreadable("encrypted")
    if name == "Pictures" and stream:
        yield from reader.image(stream, "", (1000, 1000))
    reader.spend(len(stream))
    yield from strings(stream)


def _message(reader: Reader, file: olefile.OleFileIO) -> Iterator[str]:
    """An Outlook message: all its texts, its body, its attachments."""
    for path in file.listdir():
        stream = file.openstream(path).read()
        reader.spend(len(stream))
        text = TEXT_STREAM.fullmatch(path[-1])
        if text:
            yield stream.decode("utf-16-le" if text[2].upper() == "001F" else "cp1252", "replace")
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
