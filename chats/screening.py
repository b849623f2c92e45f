"""What may not be said, taken out before anything is written: plain values in, plain values out."""

import hashlib
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lib.errors import Refused
from lib.pci.mask import mask
from lib.wire import MAX_TEXT


class Screened(NamedTuple):
    """A text that may be stored, what was found in it, and a keyed print by which a repetition is known."""

    text: str
    findings: list[dict[str, str]]
    fingerprint: bytes


def screen(text: str) -> Screened:
    """The text with card data masked. Refused: `too_large` beyond 10 000 characters, `invalid` when empty.

    The print is made of the masked text: nothing stored can be tried against card numbers.
    """
    if len(text) > MAX_TEXT:
        raise Refused("too_large", _("A message may have at most 10,000 characters."))
    if not text.strip():
        raise Refused("invalid", _("There is nothing to send."), fields={"text": "empty"})
    masked = mask(text)
    found = sorted({finding.detector for finding in masked.findings})
    return Screened(masked.text, [{"detector": name, "action": "masked"} for name in found], _print(masked.text))


def check_cid(cid: str) -> None:
    """Refused("invalid") when a client's name for a message looks like card data: it would be stored as it is."""
    if mask(cid).findings:
        raise Refused("invalid", _("A cid must not look like card data: make it of letters."), fields={"cid": "digits"})


def _print(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=_key(), digest_size=16).digest()


def _key() -> bytes:
    return settings.SECRET_KEY.encode()[:64]
