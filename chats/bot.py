"""The chatbot: preset answers by trigger phrase, small typing errors forgiven. What it doesn't know, people do."""

import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext, override

from chats.models import BotAnswer

FIRST_REPLIES = 3  # buttons to begin with, besides the one that asks for a person
CLOSE_ENOUGH = 0.84  # two letters wrong in twelve still count
HEARD = 300  # characters of a message that are listened to: who writes more is understood by people only


class Reply(NamedTuple):
    """What the chatbot says, what can be clicked next, and whether a person takes over."""

    text: str
    quick_replies: tuple[str, ...]
    hands_over: bool


def answer(text: str, *, entry_point_id: int, language: str) -> Reply:
    """The preset answer whose phrase fits best; an unknown phrase hands over with a sentence that says so."""
    answers = BotAnswer.objects.filter(Q(language="") | Q(language=language), entry_point_id=entry_point_id)
    best = best_match(text, answers)
    if best is None:
        with override(language):
            return Reply(gettext("I'll get somebody for you."), (), hands_over=True)
    return Reply(best.text, tuple(filter(None, map(str.strip, best.quick_replies.splitlines()))), best.hands_over)


def openers(entry_point_id: int, *, language: str, people: bool) -> list[str]:
    """What can be clicked to begin with: the first answers, and the one that asks for a person where that is wanted."""
    known = BotAnswer.objects.filter(entry_point_id=entry_point_id, language__in=("", language))
    first = list(known.filter(hands_over=False)[:FIRST_REPLIES])
    return [str(answer) for answer in (*first, *(known.filter(hands_over=True)[:1] if people else ()))]


def best_match(text: str, answers: Iterable[BotAnswer]) -> BotAnswer | None:
    """The answer with the closest trigger phrase, the first of equals; None when none is close enough.

    Only the first HEARD characters count, so that the time has a bound.
    """
    words = plain(text[:HEARD])[:HEARD].split()
    best, best_score = None, 0.0
    for candidate in answers:
        score = max((closeness(words, plain(line).split()) for line in candidate.triggers.splitlines()), default=0.0)
        if score > best_score:
            best, best_score = candidate, score
    return best if best_score >= CLOSE_ENOUGH else None


def plain(text: str) -> str:
    """Lower case, no accents, words only."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))


def closeness(words: list[str], phrase: list[str]) -> float:
    """1.0 when the phrase stands in the words as it is; below that, how alike the best stretch is, if close enough."""
    if not phrase:
        return 0.0
    wanted = " ".join(phrase)
    best = 0.0
    alike = SequenceMatcher(None, "", wanted)
    for start in range(max(1, len(words) - len(phrase) + 1)):
        stretch = " ".join(words[start : start + len(phrase)])
        if stretch == wanted:
            return 1.0 + len(wanted) / 1000  # of two phrases that both stand there the longer says more
        alike.set_seq1(stretch)
        least = max(best, CLOSE_ENOUGH)
        if len(wanted) >= 4 and alike.real_quick_ratio() >= least and alike.quick_ratio() >= least:
            best = max(best, alike.ratio())
    return best
