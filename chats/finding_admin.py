"""The administration of findings: the list of facts, and the report that counts them by day."""

# ruff: noqa: D102 - a column's heading says what it shows

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from chats import reading
from chats.chat_admin import PartOfChatAdmin
from chats.finding_report import MOST_DAYS, OTHERS, Asked, Counted, Slot, counted, moment
from chats.models import CustomPattern, Finding
from chats.screening_admin import tried
from lib.admin import masked_address, words_filter
from routing.models import Queue

USUAL_DAYS = 30
QUICK_DAYS = (7, 30, 90)
HIGH = 100  # units of the chart's height
SLOT, BAR = 10, 8  # units of a day's and of its bar's width

SPLITS: dict[str, Promise] = {"sender_kind": _("direction"), "detector": _("detector"), "queue": _("queue")}
DIRECTIONS: dict[str, Promise] = {
    "customer": _("from the customer"),
    "agent": _("from the agent"),
    "bot": _("from the chatbot"),
    "system": _("from the system"),
}
HEADINGS: dict[str, Promise] = {
    "queue": _("Queue"),
    "detector": _("Detector"),
    "sender_kind": _("Direction"),
    "action": _("What was done"),
}


def _any(words: dict[str, Promise]) -> list[tuple[str, Any]]:
    return [("", _("all")), *words.items()]


class ReportForm(forms.Form):
    """Which findings are counted, and by what the chart's bars are parted."""

    since = forms.DateField(label=_("from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=_("to"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    queue = forms.ModelChoiceField(Queue.objects.all(), label=_("queue"), required=False, empty_label=_("all"))
    detector = forms.ChoiceField(label=_("detector"), required=False)
    sender_kind = forms.ChoiceField(label=_("direction"), required=False, choices=_any(DIRECTIONS))
    action = forms.ChoiceField(label=_("action"), required=False, choices=_any(reading.ACTIONS))
    split = forms.ChoiceField(label=_("bars by"), choices=SPLITS.items())

    def __init__(self, data: dict[str, Any]) -> None:
        """What the address doesn't say is the last 30 days of everything, by direction."""
        until = timezone.localdate()
        usual = {"since": until - timedelta(days=USUAL_DAYS - 1), "until": until, "split": "sender_kind"}
        super().__init__({**usual, **data})
        own = [f"custom:{name}" for name in CustomPattern.objects.values_list("name", flat=True)]
        self.fields["detector"].choices = [*_any(reading.DETECTORS), *((name, name) for name in own)]

    def clean(self) -> dict[str, Any]:
        """The cleaned data; a period that runs backwards or is longer than a year is an error."""
        data = super().clean() or self.cleaned_data
        if "since" in data and "until" in data and not 0 <= (data["until"] - data["since"]).days < MOST_DAYS:
            self.add_error("until", _("From one day to a year."))
        return data

    def asked(self) -> Asked:
        """The question; the form must be valid."""
        data = self.cleaned_data
        only = {name: data[name] for name in ("queue", "detector", "sender_kind", "action") if data[name]}
        return Asked(data["since"], data["until"], only, data["split"])


@admin.register(Finding)
class FindingAdmin(PartOfChatAdmin):
    """Findings, never with the data itself: read only."""

    change_list_template = "admin/chats/finding/change_list.html"
    list_display = ("at", "found", "done", "found_in", "sender", "queue", "chat_link")
    list_filter = (
        words_filter("detector", _("detector"), reading.DETECTORS),
        words_filter("action", _("action"), reading.ACTIONS),
        words_filter("sender_kind", _("sender"), reading.SENDERS),
        "queue",
        ("at", admin.DateFieldListFilter),
    )
    list_select_related = ("chat__customer", "queue")
    fields = ("at", "found", "done", "found_in", "sender", "queue", "chat_link")
    readonly_fields = ("found", "done", "found_in", "sender", "chat_link")

    @admin.display(description=_("sender"), ordering="sender_kind")
    def sender(self, finding: Finding) -> str:
        return reading.word(reading.SENDERS, finding.sender_kind)

    @admin.display(description=_("where"), ordering="place")
    def found_in(self, finding: Finding) -> str:
        return reading.word(reading.PLACES, finding.place)

    @admin.display(description=_("detector"), ordering="detector")
    def found(self, finding: Finding) -> str:
        return reading.detector(finding.detector)

    @admin.display(description=_("action"), ordering="action")
    def done(self, finding: Finding) -> str:
        return reading.word(reading.ACTIONS, finding.action)

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, and the report's."""
        report = path("report/", self.admin_site.admin_view(self.report), name="chats_finding_report")
        return [report, *super().get_urls()]

    def report(self, request: HttpRequest) -> HttpResponse:
        """Findings by day, queue, detector and direction, each number a way to its facts; and the box to try."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        elsewhere = masked_address(request)
        if elsewhere is not None:
            return elsewhere
        chosen = request.GET.dict()
        form = ReportForm(chosen)
        context = {
            **self.admin_site.each_context(request),
            "title": now("Findings by day"),
            "opts": self.opts,
            "form": form,
            "quick": _quick(chosen),
            **tried(request),
        }
        if form.is_valid():
            context.update(_shown(form.asked()))
        return TemplateResponse(request, "admin/chats/finding/report.html", context)


def _quick(chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The usual periods, with everything else as chosen."""
    until = timezone.localdate()
    rest = {name: value for name, value in chosen.items() if name not in ("since", "until") and value}
    return [
        {
            "days": days,
            "address": "?" + urlencode({**rest, "since": until - timedelta(days=days - 1), "until": until}),
        }
        for days in QUICK_DAYS
    ]


def _shown(asked: Asked) -> dict[str, Any]:
    """Chart and tables as the template writes them."""
    numbers = counted(asked)
    queues = {queue.pk: queue.name for queue in Queue.objects.all()}

    def words(name: str, value: Any) -> str:
        if value == OTHERS:
            return now("others")
        if name == "queue":
            return queues.get(value, "–")
        return reading.word({"sender_kind": DIRECTIONS, "action": reading.ACTIONS}.get(name, reading.DETECTORS), value)

    return {
        "numbers": numbers,
        "total": grouped(numbers.total),
        "everything": _facts(asked),
        "series": [words(asked.split, value) for value in numbers.series],
        "split_heading": HEADINGS[asked.split],
        "chart": _chart(numbers, asked, words),
        "tables": [_table(name, numbers, asked, words) for name in HEADINGS],
    }


def _facts(asked: Asked, since: date | None = None, until: date | None = None, **only: Any) -> str:
    """The address of the list of the findings that were counted; empty where no list shows just those."""
    if OTHERS in only.values():
        return ""
    kept = {**{name: getattr(value, "pk", value) for name, value in asked.only.items()}, **only}
    if "queue" in kept:
        queue = kept.pop("queue")
        kept |= {"queue__isnull": True} if queue is None else {"queue__id__exact": queue}
    end = (until or asked.until) + timedelta(days=1)
    query = {**kept, "at__gte": moment(since or asked.since), "at__lt": moment(end)}
    return f"{reverse('admin:chats_finding_changelist')}?{urlencode(query)}"


def grouped(number: int) -> str:
    """A number as the reader's language writes it."""
    return formats.number_format(number, force_grouping=True)


def _chart(numbers: Counted, asked: Asked, words: Callable[[str, Any], str]) -> dict[str, Any]:
    """Bars in units of the drawing, and the same numbers as rows of a table."""
    days = [_day(place, slot, numbers, asked, words) for place, slot in enumerate(numbers.slots)]
    ends = [numbers.slots[0], numbers.slots[len(numbers.slots) // 2], numbers.slots[-1]]
    labels = [formats.date_format(slot.since, "SHORT_DATE_FORMAT") for slot in ends]
    return {
        "width": SLOT * len(days),
        "height": HIGH,
        "days": days,
        "top": grouped(numbers.top),
        "middle": grouped(numbers.top // 2) if numbers.top % 2 == 0 else "",
        "labels": labels if len(days) > 2 else labels[:1],
    }


def _day(place: int, slot: Slot, numbers: Counted, asked: Asked, words: Callable[[str, Any], str]) -> dict[str, Any]:
    label = formats.date_format(slot.since, "SHORT_DATE_FORMAT")
    if slot.until != slot.since:
        label = f"{label} – {formats.date_format(slot.until, 'SHORT_DATE_FORMAT')}"
    parts, below = [], 0
    for nth, (value, number) in enumerate(zip(numbers.series, slot.parts, strict=True), 1):
        high = HIGH * number / numbers.top if numbers.top else 0
        below += number
        parts.append(
            {
                "nth": nth,
                "number": number,
                "shown": grouped(number),
                "high": f"{high:.2f}",
                "y": f"{HIGH - HIGH * below / numbers.top if numbers.top else HIGH:.2f}",
                "title": f"{label}: {words(asked.split, value)} {grouped(number)}",
                "facts": _facts(asked, slot.since, slot.until, **{asked.split: value}),
            }
        )
    return {
        "label": label,
        "x": SLOT * place + (SLOT - BAR) // 2,
        "wide": BAR,
        "parts": parts,
        "number": below,
        "shown": grouped(below),
        "facts": _facts(asked, slot.since, slot.until),
    }


def _table(name: str, numbers: Counted, asked: Asked, words: Callable[[str, Any], str]) -> dict[str, Any]:
    most = max((number for _value, number in numbers.sums[name]), default=1)
    rows = [
        {
            "label": words(name, value),
            "shown": grouped(number),
            "wide": f"{100 * number / most:.2f}",
            "facts": _facts(asked, **{name: value}),
        }
        for value, number in numbers.sums[name]
    ]
    return {"key": name, "heading": HEADINGS[name], "rows": rows}
