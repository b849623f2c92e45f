"""E-mail as it travels."""

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from lib.pci.formats.reading import APART, Reader, Unreadable
from lib.pci.formats.text import read_html

BOUNDARY = re.compile(
    r'boundary="?(?:={15}[0-9]{19}==|-{4}=_Part_[0-9]{1,9}_[0-9]{1,10}\.[0-9]{13}|[0-9a-f]{28})"?', re.IGNORECASE
)
"""What parts a message as mail programs make it of random digits."""
PLAIN = re.compile(r"us-ascii|ascii|utf-?8|iso-8859-[0-9]+|latin-?1|windows-125[0-9]|cp125[0-9]|koi8-[ru]|unknown-8bit")
"""Charsets in which digits are what they are in ASCII."""
FETCHED = frozenset({"message/partial", "message/external-body"})
"""Parts of which the rest stands elsewhere."""
UUENCODED = re.compile(rb"^(?:begin [0-7]{3} |=ybegin )", re.MULTILINE)
ONCE = ("content-type", "content-transfer-encoding", "content-disposition")
"""Headers of which programs would pick now the one, now the other."""
STARTS = re.compile(
    rb"\s*(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:mime-version|content-(?:type|transfer-encoding)):", re.IGNORECASE
)
FIRST_BYTES = 16_384  # in which the headers that say so must begin


def starts_like_mail(data: bytes) -> bool:
    """Whether the bytes begin with headers that only e-mail and saved web pages have."""
    return STARTS.match(data[:FIRST_BYTES]) is not None


def read_mail(reader: Reader, data: bytes) -> Iterator[str]:
    """Headers, bodies, attachments. Raises Unreadable when it is no e-mail."""
    message = BytesParser(policy=policy.default).parsebytes(data)
    if not message.keys():
        raise Unreadable("type")
    said: list[str] = []
    for part in message.walk():
        if part.get_content_type() in FETCHED:
            raise Unreadable("unreadable")
        yield from _headers(part)
        yield f"{part.preamble or ''}{APART}{part.epilogue or ''}"
        if part.is_multipart():
            continue
        body = part.get_payload(decode=True)
        if isinstance(body, bytes) and body:
            reader.spend(len(body))
            yield from _body(reader, part, body)
            if part.get_content_maintype() == "text":
                said.append(body.decode("utf-8", "replace").strip())
    if len(said) > 1:
        yield "\n".join(said)


def _body(reader: Reader, part: EmailMessage, body: bytes) -> Iterator[str]:
    """Raises Unreadable for what only some programs unpack, and for charsets that nobody knows."""
    charset = (part.get_content_charset() or "utf-8").lower()
    if UUENCODED.search(body) or charset.replace("-", "") == "utf7":
        raise Unreadable("unreadable")
    if not PLAIN.fullmatch(charset):
        try:
            yield from read_html(reader, body.decode(charset, "replace").encode())
        except LookupError as error:
            raise Unreadable("unreadable") from error
    yield from reader.inside(body, part.get_filename() or _ending(part))


def _headers(part: EmailMessage) -> Iterator[str]:
    """Each as it is written and as it is meant, the second of a name too."""
    names = [name.lower() for name in part.keys()]
    if any(names.count(name) > 1 for name in ONCE):
        raise Unreadable("unreadable")
    for name, written in part.raw_items():
        yield f"{name}: {BOUNDARY.sub('', str(written))}"
    for name in dict.fromkeys(names):
        try:
            for header in part.get_all(name, ()):
                yield BOUNDARY.sub("", str(header))
                given = getattr(header, "params", {})
                yield APART.join(str(value) for key, value in given.items() if key != "boundary")
        except Exception as error:  # the parser of headers raises many things
            raise Unreadable("unreadable") from error


def _ending(part: EmailMessage) -> str:
    return "body.html" if part.get_content_subtype() == "html" else "body.txt"
