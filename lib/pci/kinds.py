"""What kind of file some bytes are: by their content, never by their name."""

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "csv": "text/csv",
    "html": "text/html",
    "eml": "message/rfc822",
    "msg": "application/vnd.ms-outlook",
    "zip": "application/zip",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
"""Every kind that can be read, by the usual ending of the name, and its media type."""

DEFAULT_KINDS: Final = tuple(kind for kind in KINDS if kind not in ("xlsb", "zip"))
"""What may be sent unless an administrator says otherwise."""
IMAGES: Final = frozenset({"png", "jpg", "gif", "webp"})
SAME_ENDINGS: Final[Mapping[str, str]] = {"jpeg": "jpg", "jpe": "jpg", "htm": "html", "xhtml": "html", "text": "txt"}

MAGIC: Final = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
)
NEVER_TEXT: Final = (b"\x7fELF", b"MZ", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\xca\xfe\xba\xbe")
TEXTUAL: Final = frozenset({"txt", "csv", "html", "eml"})
"""Kinds that only their name tells apart: all of them are text."""


def ending(name: str) -> str:
    """The kind that a file's name claims; empty when the name ends in nothing known."""
    last = name.rpartition(".")[2].lower() if "." in name else ""
    kind = SAME_ENDINGS.get(last, last)
    return kind if kind in KINDS else ""


def family(data: bytes) -> str:
    """The kind that the first bytes show; `zip` and `ole` are containers to be looked into; empty: text or unknown."""
    for magic, kind in MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return ""


def may_be_text(data: bytes) -> bool:
    """Whether the bytes could be text in some charset."""
    return not data.startswith(NEVER_TEXT)
