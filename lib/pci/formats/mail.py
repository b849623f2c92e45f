"""E-mail as it travels."""

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from lib.pci.formats.reading import Reader, Unreadable

BOUNDARY = re.compile(r'boundary="?[^";\s]+', re.IGNORECASE)
"""What parts a message: mail programs make it of random digits."""
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
    for part in message.walk():
        yield from _headers(part)
        if part.is_multipart():
            continue
        body = part.get_payload(decode=True)
        if isinstance(body, bytes) and body:
            reader.spend(len(body))
            yield from reader.inside(body, part.get_filename() or _ending(part))


def _headers(part: EmailMessage) -> Iterator[str]:
    for name in part.keys():
        try:
            yield BOUNDARY.sub("", str(part[name]))
        except Exception as error:  # the parser of headers raises many things
            raise Unreadable("unreadable") from error


def _ending(part: EmailMessage) -> str:
    return "body.html" if part.get_content_subtype() == "html" else "body.txt"
