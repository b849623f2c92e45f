"""Files of Microsoft's older kinds, made as their published structures say: compound files, BIFF8 and BIFF12."""

import io
import itertools
import struct
from collections.abc import Mapping

import xlwt

from tests.lib.pci.made_files import PACKAGE, RELATED, TYPES, zipped

SECTOR = 512
SMALLEST = 4096  # a shorter stream would lie among the small ones
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
ROOT, STORAGE, STREAM = 5, 1, 2

Tree = Mapping[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """A compound file (MS-CFB, version 3) with these streams and storages."""
    entries: list[tuple[str, int, bytes, list[int]]] = []

    def add(name: str, what: "bytes | Tree") -> int:
        here = len(entries)
        if isinstance(what, bytes):
            entries.append((name, STREAM, what.ljust(SMALLEST, b"\0"), []))
            return here
        children: list[int] = []
        entries.append((name, STORAGE, b"", children))
        children += [add(child, what[child]) for child in sorted(what, key=lambda name: (len(name), name.upper()))]
        return here

    add("Root Entry", tree)
    sectors: list[bytes] = []
    chain: list[int] = []

    def store(data: bytes) -> int:
        start = len(sectors)
        count = -(-len(data) // SECTOR)
        sectors.extend(data[at * SECTOR : (at + 1) * SECTOR].ljust(SECTOR, b"\0") for at in range(count))
        chain.extend([*range(start + 1, start + count), END])
        return start

    starts = [store(data) if kind == STREAM else END for _name, kind, data, _children in entries]
    followers = {before: after for *_rest, kids in entries for before, after in itertools.pairwise(kids)}
    directory = b"".join(
        _entry(
            name, ROOT if not at else kind, followers.get(at, FREE), kids[0] if kids else FREE, starts[at], len(data)
        )
        for at, (name, kind, data, kids) in enumerate(entries)
    )
    first_of_directory = store(directory)
    tables = 1
    while tables * SECTOR // 4 < len(sectors) + tables:
        tables += 1
    places = list(range(len(sectors), len(sectors) + tables))
    table = [*chain, *[FAT] * tables]
    table += [FREE] * (tables * SECTOR // 4 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, tables, first_of_directory, 0, SMALLEST, END, 0, END, 0)
    head += struct.pack("<109I", *places, *[FREE] * (109 - tables))
    return head + b"".join(sectors) + struct.pack(f"<{len(table)}I", *table)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    written = f"{name}\0".encode("utf-16-le")
    ends = struct.pack("<HBBIII16x4x16xIII", len(written), kind, 1, FREE, right, child, start, size, 0)
    return written.ljust(64, b"\0") + ends


def doc(*pieces: str | bytes, encrypted: bool = False, **more: "bytes | Tree") -> bytes:
    """A Word file (MS-DOC) whose text stands in these pieces, the last of them first; bytes lie in eight bits."""
    return compound({**word(*pieces, encrypted=encrypted), **more})


def word(*pieces: str | bytes, encrypted: bool = False) -> dict[str, "bytes | Tree"]:
    """The streams of such a file."""
    body, places, at = b"", {}, 0x400
    for piece in reversed(pieces):
        data = piece if isinstance(piece, bytes) else piece.encode("utf-16-le")
        places[id(piece)] = (at * 2) | 0x40000000 if isinstance(piece, bytes) else at
        body += data + b"\0" * 64
        at += len(data) + 64
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece))
    descriptors = b"".join(struct.pack("<HIH", 0, places[id(piece)], 0) for piece in pieces)
    plan = struct.pack(f"<{len(ends)}I", *ends) + descriptors
    clx = b"\x01" + struct.pack("<H", 4) + b"\0" * 4 + b"\x02" + struct.pack("<I", len(plan)) + plan
    flags = 0x0200 | (0x0100 if encrypted else 0)
    head = bytearray(0x400)
    struct.pack_into("<HHHHHH", head, 0, 0xA5EC, 0xC1, 0, 0x0409, 0, flags)
    struct.pack_into("<II", head, 0x18, 0x400, at)
    struct.pack_into("<II", head, 0x01A2, 0, len(clx))
    return {"WordDocument": bytes(head) + body, "1Table": clx, "\x05SummaryInformation": summary("hello")}


def summary(title: str) -> bytes:
    """A set of properties (MS-OLEPS) with a title."""
    text = title.encode("cp1252") + b"\0"
    value = struct.pack("<II", 0x1E, len(text)) + text
    section = struct.pack("<IIII", 16 + len(value), 1, 2, 16) + value
    kind = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
    return struct.pack("<HHI16xI", 0xFFFE, 0, 0x20005, 1) + kind + struct.pack("<I", 48) + section


def ppt(text: str, *, wide: bool = True) -> bytes:
    """A presentation (MS-PPT) with one text, in sixteen or eight bits."""
    data = text.encode("utf-16-le" if wide else "cp1252")
    atom = struct.pack("<HHI", 0, 4000 if wide else 4008, len(data)) + data
    slide = struct.pack("<HHI", 0x0F, 1006, len(atom)) + atom
    document = struct.pack("<HHI", 0x0F, 1000, len(slide)) + slide
    user = struct.pack("<HHI", 0, 0x0FF6, 20) + struct.pack("<IIIHBBI", 20, 0xE391C05F, 0, 0, 3, 0, 8)
    return compound({"PowerPoint Document": document, "Current User": user})


def msg(body: str, attachment: bytes = b"", name: str = "", **more: "bytes | Tree") -> bytes:
    """An Outlook message (MS-OXMSG), with streams of one's own."""
    parts: dict[str, bytes | Tree] = {
        "__properties_version1.0": b"\0" * 32,
        "__substg1.0_0037001F": "hello".encode("utf-16-le"),
        "__substg1.0_1000001F": body.encode("utf-16-le"),
    }
    if attachment:
        parts["__attach_version1.0_#00000000"] = {
            "__properties_version1.0": b"\0" * 8,
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            "__substg1.0_37010102": attachment,
        }
    return compound({**parts, **more})


def xls(*cells: str | float, comment: str = "") -> bytes:
    """A sheet of Excel 97 to 2003 with one row, and a second sheet with the comment."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("A")
    for column, cell in enumerate(cells):
        sheet.write(0, column, cell)
    book.add_sheet("B").write(5, 5, comment)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsb(*cells: str | float) -> bytes:
    """A binary sheet (MS-XLSB) with one row."""
    row = _record(0, struct.pack("<IIHHBI", 0, 0, 300, 0, 0, 0))
    for column, cell in enumerate(cells):
        head = struct.pack("<II", column, 0)
        number = isinstance(cell, float)
        row += _record(5, head + struct.pack("<d", cell)) if number else _record(6, head + _wide(str(cell)))
    sheet = _record(129) + _record(148, struct.pack("<IIII", 0, 0, 0, max(0, len(cells) - 1)))
    sheet += _record(145) + row + _record(146) + _record(130)
    book = _record(131) + _record(143) + _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("A"))
    book += _record(144) + _record(132)
    link = f'<Relationship Id="rId1" Type="{RELATED}/worksheet" Target="worksheets/sheet1.bin"/>'
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": f"<Relationships {PACKAGE}>{link}</Relationships>",
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, data: bytes = b"") -> bytes:
    return _small(kind) + _small(len(data)) + data


def _small(number: int) -> bytes:
    """A number in seven bits a byte; record kinds beyond 127 take two bytes."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
