"""What may not be said, taken out before anything is written: plain values in, plain values out."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lib.errors import Refused
from lib.fields import OWN_ID, Passed
from lib.pci.context import OTHER_NAME
from lib.pci.custom import CustomPattern
from lib.pci.digits import holds_digit, may_hold_row, skeleton
from lib.pci.findings import MASK, Span
from lib.pci.issuers import SHORTEST
from lib.pci.labels import bare, is_half_of_date, names_only_card
from lib.pci.mask import DEFAULT_DETECTORS, Masked, mask
from lib.pci.window import CARDS, join_pieces, mask_after_card
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
    """The value with every text in it masked, keys too, and which detectors struck.

    A form is read as people read it: each value behind its label, and all values, and all labels, together.
    """
    if isinstance(value, str):
        masked = mask(value, policy.detectors, policy.custom)
        return Passed(masked.text), {finding.detector for finding in masked.findings}
    form = Form(policy)
    form.add(value)
    form.screen()
    return form.rebuilt(value), form.struck


OF_A_CARD = re.compile(
    r"card|karte|cv|code|exp|valid|gültig|ablauf|date|datum|month|monat|year|jahr|securi|sicher|prüf|check|digit|ziffer|pin",
    re.IGNORECASE,
)
"""Labels of what may belong to a card that stands in the same form."""

DIGIT = re.compile(r"\d")


class Form:
    """The texts of a nested value in their order, labels before what they name, masked in place by `screen`."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.texts: list[str] = []
        self.labels: dict[int, int] = {}
        self.struck: set[str] = set()

    def add(self, value: Any, label: int | None = None) -> None:
        """Takes the texts of the value; `label` is the place of the text that names it."""
        if isinstance(value, str):
            if label is not None:
                self.labels[len(self.texts)] = label
            self.texts.append(value)
        elif isinstance(value, Mapping):
            for key, part in value.items():
                self.add(key)
                self.add(part, len(self.texts) - 1 if isinstance(key, str) else label)
        elif isinstance(value, (list, tuple)):
            for part in value:
                self.add(part, label)

    def screen(self) -> None:
        """No text shows by itself, behind its label or with the others what must not be there."""
        names = sorted({*self.labels.values()})
        values = [at for at in range(len(self.texts)) if at not in names]
        for at, text in enumerate(self.texts):
            self._hide(at, mask(text, self.policy.detectors, self.policy.custom))
        for at in self.labels:
            self._behind_label(at, lambda text: mask(text, self.policy.detectors, self.policy.custom))
        for together in (names, [at for at in values if not self._called(at, OTHER_NAME)]):
            joined = join_pieces([self.texts[at] for at in together], self.policy.detectors)
            for at, masked in zip(together, joined, strict=True):
                self._hide(at, masked)
        if shown := self.struck & {*CARDS}:
            for at in values:
                if not self._called(at, OTHER_NAME):
                    self._beside_card(at, min(shown))

    def _called(self, at: int, names: re.Pattern[str]) -> bool:
        """Whether the label of the text says that it is one of these."""
        return at in self.labels and names.search(self.texts[self.labels[at]]) is not None

    def _beside_card(self, at: int, card: str) -> None:
        """Neither the date nor the code of a card, found as `card`, shows in the value."""
        label = self.texts[self.labels[at]] if at in self.labels else ""
        if not label or self._called(at, OF_A_CARD):
            self._behind_label(at, lambda text: mask_after_card(text, self.policy.detectors))
        if names_only_card(label):
            text = self.texts[at]
            if is_half_of_date(label, text):
                self._hide(at, Masked(DIGIT.sub(MASK, text), (Span(card, 0, len(text)),)))
            self._hide(at, mask_after_card(self.texts[at], self.policy.detectors))

    def _behind_label(self, at: int, read: Callable[[str], Masked]) -> None:
        """The value is read behind its label, as that is written and without the notes that a form puts to it."""
        name = self.labels.get(at)
        if name is None:
            self._hide(at, read(self.texts[at]))
            return
        for written in dict.fromkeys((self.texts[name], bare(self.texts[name]))):
            label, text = self.texts[name], self.texts[at]
            masked = read(f"{written}: {text}")
            if not masked.findings:
                continue
            if written == label:
                self._hide(name, Masked(masked.text[: len(label)], masked.findings))
            self._hide(at, Masked(masked.text[len(masked.text) - len(text) :], masked.findings))

    def _hide(self, at: int, masked: Masked) -> None:
        self.texts[at] = masked.text
        self.struck |= {finding.detector for finding in masked.findings}

    def rebuilt(self, value: Any) -> Any:
        """A value like that from which the texts were taken, made of what they are now."""
        return _filled(value, iter(self.texts))


def _filled(value: Any, texts: Iterator[str]) -> Any:
    """The value with each of its texts replaced by the next one."""
    if isinstance(value, str):
        return Passed(next(texts))
    if isinstance(value, Mapping):
        return {_filled(key, texts): _filled(part, texts) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_filled(part, texts) for part in value]
    return value


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
