"""Files of every kind made by hand, small, with a text wherever such a file can hold one; and poisoned ones."""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from email.message import EmailMessage


def zipped(files: dict[str, bytes | str], stored: bool = False, comment: bytes = b"") -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.comment = comment
    return out.getvalue()


TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def runs(text: str, run: str, properties: str = "", count: int = 0) -> str:
    """The text cut into two runs, each with so many properties."""
    half = len(text) // 2
    given = f"<{properties}>{''.join(f'<w:b{at}/>' for at in range(count))}</{properties}>" if properties else ""
    return "".join(run.format(given, piece) for piece in (text[:half], text[half:]))


def docx(text: str = "hello", part: str = "word/document.xml", count: int = 0) -> bytes:
    """A Word file with the text, cut into two runs of so many properties, in one of its parts."""
    body = runs(text, "<w:r>{}<w:t>{}</w:t></w:r>", "w:rPr", count)
    return office({part: f"<w:document {W}><w:body><w:p>{body}</w:p></w:body></w:document>"})


def office(parts: dict[str, bytes | str], comment: bytes = b"") -> bytes:
    """A Word file with parts of one's own."""
    empty = f"<w:document {W}><w:body/></w:document>"
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": empty, **parts}, comment=comment)


def body(xml: str) -> bytes:
    """A Word file with one paragraph as written."""
    return office({"word/document.xml": f"<w:document {W}><w:body><w:p>{xml}</w:p></w:body></w:document>"})


def pptx(text: str, count: int = 0) -> bytes:
    """A slide with the text, cut into two runs, in its notes."""
    pieces = runs(text, "<a:r>{}<a:t>{}</a:t></a:r>", "a:rPr", count)
    notes = f'<p:notes xmlns:p="p" xmlns:a="a" xmlns:w="w"><a:p>{pieces}</a:p></p:notes>'
    return zipped({"[Content_Types].xml": TYPES, "ppt/presentation.xml": "<p/>", "ppt/notesSlides/n1.xml": notes})


S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'


def xlsx(*cells: str, comment: str = "", count: int = 0) -> bytes:
    """One row of numbers, and a comment cut into two runs."""
    pieces = runs(comment, "<r>{}<t>{}</t></r>", "rPr", count)
    written = f'<comments {S} xmlns:w="w"><comment><text>{pieces}</text></comment></comments>'
    return sheet([cells], {"xl/comments1.xml": written} if comment else {})


def sheet(rows: Sequence[Sequence[str]], parts: Mapping[str, str] | None = None) -> bytes:
    """Rows of numbers and words, and parts of one's own."""
    written = ""
    for at, row in enumerate(rows, 1):
        cells = [_cell(f"{chr(65 + place)}{at}", cell) for place, cell in enumerate(row) if cell]
        written += f'<row r="{at}">{"".join(cells)}</row>'
    files = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships {PACKAGE}><Relationship Id="r1" Type="{RELATED}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {S} {R}><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships {PACKAGE}><Relationship Id="r1" Type="{RELATED}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {S}><sheetData>{written}</sheetData></worksheet>",
    }
    return zipped({**files, **(parts or {})})


def _cell(place: str, value: str) -> str:
    if value[0].isdigit() and " " not in value:
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def odt(text: str, part: str = "content.xml") -> bytes:
    """An OpenDocument text."""
    body = f'<office:document xmlns:office="o" xmlns:text="t"><text:p>{text}</text:p></office:document>'
    files = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>", part: body}
    files |= {"Configurations2/floater/": "", "Configurations2/accelerator/current.xml": ""}  # as LibreOffice does
    return zipped(files, stored=True)


def ods(text: str) -> bytes:
    """An OpenDocument sheet with one number, shown shorter than it is."""
    office, table = (
        "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    )
    body = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}"><office:body><office:spreadsheet>'
        f'<table:table table:name="A"><table:table-row><table:table-cell office:value-type="float" '
        f'office:value="{text}"/></table:table-row></table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": body,
            "META-INF/manifest.xml": "<m/>",
        },
        stored=True,
    )


def pdf(*pages: str, title: str = "", trailer: str = "", count: int = 0) -> bytes:
    """A PDF with a line of text on each page; `count` pages that all show the first instead."""
    objects = [f"<< /Title ({title}) >>"] if title else []
    return pdf_of(pages or ("hello",), *objects, trailer=f"/Info {OWN} 0 R" if title else trailer, count=count)


OWN = 10
"""The number of the first object of one's own in a PDF."""


def stream(data: str | bytes, keys: str = "") -> bytes:
    """An object that holds the data."""
    held = data.encode("latin-1") if isinstance(data, str) else data
    return f"<< /Length {len(held)} {keys} >>\nstream\n".encode() + held + b"\nendstream"


def pdf_of(
    pages: tuple[str, ...],
    *objects: str | bytes,
    catalog: str = "",
    page: str = "",
    font: str = "",
    trailer: str = "",
    count: int = 0,
    fill: str = "",
) -> bytes:
    """A PDF with objects of one's own from number 10 on, and keys of one's own in its catalog, pages and font."""
    texts = pages[: (OWN - 4) // 2]
    numbers = [4 + 2 * at for at in range(len(texts))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    made: list[str | bytes] = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(texts)} >>",
        f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica {font} >>",
    ]
    if count:
        made[1] = f"<< /Type /Pages /Kids [{'4 0 R ' * count}] /Count {count} >>"
    for number, text in zip(numbers, texts, strict=True):
        made.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents {number + 1} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> {fill} >> {page} >>"
        )
        made.append(stream(drawn(text)))
    made += ["null"] * (OWN - 1 - len(made))
    out, offsets = b"%PDF-1.7\n", []
    for at, body in enumerate([*made, *objects], 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (at, body.encode("latin-1") if isinstance(body, str) else body)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(offsets) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()


def drawn(text: str) -> str:
    """What draws the text in a PDF."""
    return f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET"


FORM = "/Type /XObject /Subtype /Form /BBox [0 0 300 200] /Resources << /Font << /F1 3 0 R >> >>"


def stamped(*looks: bytes, annotation: str = "/Subtype /Stamp", names: str = "/N 11 0 R") -> bytes:
    """A PDF with something on its page that has these looks."""
    note = f"<< /Type /Annot /Rect [0 0 300 200] {annotation} /AP << {names} >> >>"
    return pdf_of(("hello",), note, *looks, page="/Annots [10 0 R]")


def grey(wide: int, high: int) -> bytes:
    """A picture in a PDF."""
    keys = f"/Type /XObject /Subtype /Image /Width {wide} /Height {high} /ColorSpace /DeviceGray /BitsPerComponent 8"
    return stream(bytes(wide * high), keys)


def encrypted_pdf() -> bytes:
    """A PDF that asks for a password."""
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]"
    return pdf("secret", trailer=lock)


def locked_pdf(title: str) -> bytes:
    """A PDF with a title that anybody can open, but not print: encrypted with an empty password (RC4, 40 bits)."""

    def mixed(key: bytes, data: bytes) -> bytes:
        state, at = list(range(256)), 0
        for place in range(256):
            at = (at + state[place] + key[place % len(key)]) % 256
            state[place], state[at] = state[at], state[place]
        first = second = 0
        out = bytearray()
        for byte in data:
            first = (first + 1) % 256
            second = (second + state[first]) % 256
            state[first], state[second] = state[second], state[first]
            out.append(byte ^ state[(state[first] + state[second]) % 256])
        return bytes(out)

    padding = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
    owner, mark, rights = b"A" * 32, b"\0" * 16, -4
    key = hashlib.md5(padding + owner + struct.pack("<i", rights) + mark).digest()[:5]
    own = hashlib.md5(key + struct.pack("<I", OWN)[:3] + b"\0\0").digest()[:10]
    lock = f"/Encrypt 11 0 R /ID [<{mark.hex()}> <{mark.hex()}>] /Info 10 0 R"
    how = f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{mixed(key, padding).hex()}> /P {rights} >>"
    return pdf_of(("",), f"<< /Card <{mixed(own, title.encode()).hex()}> >>", how, trailer=lock)


def rtf(text: str) -> bytes:
    """Rich text with a control word in the middle."""
    half = len(text) // 2
    return rf"{{\rtf1\ansi {{\b {text[:half]}}}\i {text[half:]}\par}}".encode()


def mail(body: str, *headers: str) -> bytes:
    """An e-mail as written."""
    return "\r\n".join(["From: a@example.org", "Subject: hello", *headers, "", body]).encode()


def parted(*parts: str, before: str = "", behind: str = "", boundary: str = "b1") -> bytes:
    """An e-mail of several parts, with what programs don't show before and behind them."""
    written = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return mail(
        f"{before}\r\n{written}--{boundary}--\r\n{behind}", f'Content-Type: multipart/mixed; boundary="{boundary}"'
    )


def eml(text: str, attachment: bytes = b"", name: str = "notes.txt") -> bytes:
    """An e-mail whose body travels as base64."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "hello"
    message.set_content(text, cte="base64")
    if attachment:
        message.add_attachment(attachment, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def png(wide: int, high: int, comment: str = "", *chunks: tuple[bytes, bytes]) -> bytes:
    """The head of an image of that size, with no pixels to speak of, and chunks of one's own."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    words = chunk(b"tEXt", b"Comment\0" + comment.encode()) if comment else b""
    words += b"".join(chunk(kind, data) for kind, data in chunks)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + words + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpg(particulars: bytes = b"", pixels: bytes = b"") -> bytes:
    """The head of a photograph with what the camera says of it, and its pixels."""
    said = b"\xff\xe1" + struct.pack(">H", len(particulars) + 8) + b"Exif\0\0" + particulars
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 63, 0) + pixels
    return b"\xff\xd8" + said + b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, 300, 400, 1) + scan + b"\xff\xd9"


def gif(frames: int = 1, pixels: bytes = b"\x44\x01") -> bytes:
    """Pictures of 400 by 300 pixels, shown one after the other."""
    packed = b"\x02" + bytes([len(pixels)]) + pixels + b"\0"
    frame = b"!\xf9\x04\0\0\0\0\0" + b"," + struct.pack("<HHHHB", 0, 0, 400, 300, 0) + packed
    return b"GIF89a" + struct.pack("<HHBBB", 400, 300, 0x80, 0, 0) + bytes(6) + frame * frames + b";"


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    """A picture of 400 by 300 pixels with chunks of one's own."""
    head = (b"VP8X", bytes(4) + (399).to_bytes(3, "little") + (299).to_bytes(3, "little"))
    body = b"".join(kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in (head, *chunks))
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def hidden_member(data: bytes) -> bytes:
    """An archive whose second member stands in no directory."""
    first, both = zipped({"a.txt": "hello"}), zipped({"a.txt": "hello", "b.txt": data})
    ends, last = both.index(b"PK\1\2"), bytearray(first[first.index(b"PK\1\2") :])
    struct.pack_into("<I", last, len(last) - 6, ends)  # where the directory begins
    return both[:ends] + bytes(last)


def picture_that_is_a_page(text: str) -> bytes:
    """A picture of one pixel for who looks at the bytes, and a page with the text for who looks at its name."""
    entities = "".join(f"&#{ord(sign)};" for sign in text)
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0) + f"<p>{entities}</p>".encode() + b";"


def zip_bomb() -> bytes:
    """A tenth of a megabyte that unpacks to a hundred."""
    return zipped({f"{at}.txt": b"\0" * 10_000_000 for at in range(10)})


def recursive_zip() -> bytes:
    """Archives in archives in archives."""
    data = zipped({"a.txt": "hello"})
    for depth in range(12):
        data = zipped({f"{depth}.zip": data})
    return data


def truncated_docx() -> bytes:
    """A Word file of which the last third is missing."""
    whole = docx("hello " * 1000)
    return whole[: len(whole) * 2 // 3]
