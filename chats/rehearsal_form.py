"""The form of a what-if run: a day, what should have been otherwise, or a file of settings. Wrong settings are told."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.models import Team
from chats.models import Rehearsal
from chats.rehearsing import check
from routing.models import Queue
from routing.scenario import ScenarioError, written

MOST_ROWS = 40  # teams and queues with fields of their own; the others are for the text
MOST_BYTES = 64 * 1024
EXAMPLE = """[queue."Billing"]
mode = "least_busy"
offer_timeout = 20
groups = [{after = 0, teams = ["Billing"]}, {after = 60, teams = ["Technical"]}]

[team."Billing"]
agents = 12
"""
OF_QUEUE = {
    "offer_timeout": (_("Offer timeout"), 1, 6000),
    "service_level_seconds": (_("Service level, seconds"), 1, 86_400),
    "priority": (_("Priority"), 1, 10),
    "max_wait": (_("Longest wait"), 0, 86_400),
}
OF_TEAM = {"agents": (_("Agents"), 0, 10_000), "capacity": (_("Chats at once"), 0, 20)}


class Row(NamedTuple):
    """One team or queue with its fields."""

    name: str
    fields: list[Any]


class Table(NamedTuple):
    """Fields by team or queue."""

    title: str
    headings: list[str]
    rows: list[Row]


class RehearsalForm(forms.ModelForm):
    """What is to be played. A field left empty stays as it is today."""

    changes = forms.CharField(
        label=_("As text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("TOML, such as below; what has no field above is set here, such as distribution groups."),
    )
    upload = forms.FileField(label=_("As a file"), required=False, help_text=_("TOML, at most 64 KB."))

    class Meta:
        model = Rehearsal
        fields = ("day", "seed", "changes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Yesterday is the day; every team and queue gets its fields."""
        super().__init__(*args, **kwargs)
        self.example = EXAMPLE
        self.teams = list(Team.objects.order_by("name")[:MOST_ROWS])
        self.queues = list(Queue.objects.filter(is_active=True).order_by("name")[:MOST_ROWS])
        if "day" not in self.fields:
            return  # only read
        self.initial.setdefault("day", timezone.localdate() - timedelta(days=1))
        for team in self.teams:
            self._numbers("team", team, OF_TEAM)
        for queue in self.queues:
            modes = [("", gettext("as today: %(mode)s") % {"mode": queue.get_mode_display()}), *Queue.Mode.choices]
            label = f"{queue.name}: {gettext('Routing mode')}"
            self.fields[f"queue_{queue.pk}_mode"] = forms.ChoiceField(choices=modes, required=False, label=label)
            self._numbers("queue", queue, OF_QUEUE)

    def _numbers(self, kind: str, row: Any, settings: dict[str, Any]) -> None:
        for key, (label, low, high) in settings.items():
            now = getattr(row, key, "") if kind == "queue" else ""
            self.fields[f"{kind}_{row.pk}_{key}"] = forms.IntegerField(
                label=f"{row.name}: {label}",
                min_value=low,
                max_value=high,
                required=False,
                widget=forms.NumberInput(attrs={"placeholder": str(now), "aria-label": f"{row.name}: {label}"}),
            )

    @property
    def plain_fields(self) -> list[Any]:
        """Fields that stand above the tables."""
        return [self["day"], self["seed"]]

    @property
    def text_fields(self) -> list[Any]:
        """Fields that stand below the tables."""
        return [self["changes"], self["upload"]]

    @property
    def tables(self) -> list[Table]:
        """The fields by team and queue."""
        named = gettext("Queue"), gettext("Routing mode")
        return [
            Table(
                gettext("Teams"),
                [gettext("Team"), *(str(label) for label, _low, _high in OF_TEAM.values())],
                [Row(team.name, [self[f"team_{team.pk}_{key}"] for key in OF_TEAM]) for team in self.teams],
            ),
            Table(
                gettext("Queues"),
                [*named, *(str(label) for label, _low, _high in OF_QUEUE.values())],
                [Row(row.name, [self[f"queue_{row.pk}_{key}"] for key in ("mode", *OF_QUEUE)]) for row in self.queues],
            ),
        ]

    def clean_day(self) -> date:
        """A day that has begun."""
        day: date = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise ValidationError(_("This day hasn't come yet."))
        return day

    def clean_upload(self) -> str:
        """The file's text."""
        upload = self.cleaned_data["upload"]
        if upload is None:
            return ""
        if upload.size > MOST_BYTES:
            raise ValidationError(_("The file is too large."))
        try:
            text: str = upload.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValidationError(_("The file is no text in UTF-8.")) from error
        return text

    def clean(self) -> dict[str, Any]:
        """All wishes as one text that can be played; what is wrong with it stands at the text."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        of_queues = {row.name: self._said("queue", row.pk, ("mode", *OF_QUEUE)) for row in self.queues}
        of_teams = {row.name: self._said("team", row.pk, OF_TEAM) for row in self.teams}
        parts = [written(of_queues, of_teams), data.get("changes") or "", data.get("upload") or ""]
        text = "\n".join(part.strip() + "\n" for part in parts if part.strip())
        if not text:
            self.add_error(None, _("Change something: a team, a queue, or give settings as text."))
            return data
        try:
            check(text)
        except ScenarioError as error:
            self.add_error("changes", str(error))
        data["changes"] = text
        return data

    def _said(self, kind: str, pk: int, keys: Any) -> dict[str, Any]:
        found = {key: self.cleaned_data.get(f"{kind}_{pk}_{key}") for key in keys}
        return {key: value for key, value in found.items() if value not in (None, "")}
