"""Trying the chatbot: which answer a sentence would get, and how close the others come."""

from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chats.bot import CLOSE_ENOUGH, best_match, closeness, plain
from chats.models import BotAnswer
from routing.models import EntryPoint

MOST_SHOWN = 5


class TryForm(forms.Form):
    """Where, in which language, and what the customer writes."""

    entry_point = forms.ModelChoiceField(EntryPoint.objects.all(), label=_("entry point"), empty_label=None)
    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)
    text = forms.CharField(label=_("What the customer writes"), max_length=300)


class Candidate(NamedTuple):
    """An answer, how close it comes in percent, and whether it is the one that is given."""

    answer: BotAnswer
    percent: int
    given: bool


class Trial(NamedTuple):
    """The answer that would be given, or None; the closest ones; what is close enough in percent."""

    given: BotAnswer | None
    closest: list[Candidate]
    enough: int


def candidates(*, entry_point: EntryPoint, language: str, text: str) -> Trial:
    """What the chatbot would make of the sentence. Nothing is stored."""
    answers = list(entry_point.answers.filter(Q(language="") | Q(language=language)))
    given = best_match(text, answers)
    ranked = sorted(answers, key=lambda answer: -_closest(text, answer))[:MOST_SHOWN]
    closest = [Candidate(answer, _percent(_closest(text, answer)), answer == given) for answer in ranked]
    return Trial(given, closest, _percent(CLOSE_ENOUGH))


def _closest(text: str, answer: BotAnswer) -> float:
    words = plain(text).split()
    return max((closeness(words, plain(line).split()) for line in answer.triggers.splitlines()), default=0.0)


def _percent(score: Any) -> int:
    return min(100, int(score * 100))
