"""What may not be said, taken out before anything is written: plain values in, plain values out."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lib.errors import Refused
from lib.fields import OWN_ID, Passed
from lib.pci.custom import CustomPattern
from lib.pci.digits import holds_digit, may_hold_row, skeleton
from lib.pci.issuers import SHORTEST
from lib.pci.mask import DEFAULT_DETECTORS, mask
from lib.wire import MAX_TEXT

Finding = dict[str, str]


class Policy(NamedTuple):
    """What is looked for, and whether a find masks a part or discards the whole."""

    drop: bool = False
    detectors: frozenset[str] = DEFAULT_DETECTORS
    custom: tuple[CustomPattern, ...] = ()


DEFAULT = Policy()


class Screened(NamedTuple):
    """A text that may be stored, what was found in it, and a keyed print by which a repetition is known.

    Without a print any repetition counts as the same. `dropped`: the policy wants nothing of it kept.
    """

    text: str
    findings: list[Finding]
    fingerprint: bytes | None
    dropped: bool = False


def screen(text: str, policy: Policy = DEFAULT, *, files: Collection[Any] = ()) -> Screened:
    """The text masked, or marked as dropped. Refused: `too_large` beyond 10 000 characters, `invalid` when empty.

    The print is made of the masked text and the files' ids: nothing stored can be tried against card numbers.
    """
    if len(text) > MAX_TEXT:
        raise Refused("too_large", _("A message may have at most 10,000 characters."))
    if not text.strip() and not files:
        raise Refused("invalid", _("There is nothing to send."), fields={"text": "empty"})
    masked = mask(text, policy.detectors, policy.custom)
    found = findings({finding.detector for finding in masked.findings}, policy)
    fingerprint = _print("\0".join([masked.text, *sorted(map(str, files))]))
    return Screened(masked.text, found, fingerprint, dropped=bool(found) and policy.drop)


def findings(detectors: Iterable[str], policy: Policy) -> list[Finding]:
    """What the wire says of these detectors' finds."""
    action = "dropped" if policy.drop else "masked"
    return [{"detector": name, "action": action} for name in sorted(set(detectors))]


def dropped(found: list[Finding], files: Sequence[dict[str, Any]] = ()) -> Refused:
    """The refusal that tells the sender what was found, and of each discarded file why it is gone."""
    return Refused("pci_dropped", findings=found, **({"attachments": list(files)} if files else {}))


def clean(value: Any, policy: Policy) -> tuple[Any, set[str]]:
    """The value with every text in it masked, keys too, and which detectors struck."""
    if isinstance(value, str):
        masked = mask(value, policy.detectors, policy.custom)
        return Passed(masked.text), {finding.detector for finding in masked.findings}
    if isinstance(value, Mapping):
        pairs = [(clean(key, policy), clean(part, policy)) for key, part in value.items()]
        struck = set[str]().union(*(key[1] | part[1] for key, part in pairs))
        return {key[0]: part[0] for key, part in pairs}, struck
    if isinstance(value, (list, tuple)):
        parts = [clean(part, policy) for part in value]
        return [part[0] for part in parts], set[str]().union(*(part[1] for part in parts))
    return value, set()


def check_cid(cid: str) -> None:
    """Refused("invalid") when a client's name for a message looks like card data: it would be stored as it is."""
    if OWN_ID.fullmatch(cid) and not may_hold_row(cid, skeleton(cid), SHORTEST):
        return
    if holds_digit(cid) and mask(cid).findings:
        raise Refused("invalid", _("A cid must not look like card data: make it of letters."), fields={"cid": "digits"})


def identity_print(sub: str) -> bytes:
    """By what a web site's customer is known again: keyed, and of the whole id, of which only the masked one shows."""
    return hashlib.blake2b(sub.encode(), key=_key(), person=b"identity", digest_size=16).digest()


def _print(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=_key(), digest_size=16).digest()


def _key() -> bytes:
    return settings.SECRET_KEY.encode()[:64]
