"""Business hours: when a queue is open, by the clock of its place."""

import zoneinfo
from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

FARTHEST = 60  # days looked ahead for an opening
LAST_SECOND = time(23, 59, 59)  # as a closing time: midnight, which no clock time of the day is


def known_zone(name: str) -> None:
    """Raises ValidationError unless the name is a time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Not a time zone. Write it like Europe/Berlin."))


class BusinessHours(models.Model):
    """Openings through the week, and the days on which they don't hold."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[known_zone], help_text=_("Such as Europe/Berlin.")
    )

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def is_open(self, moment: datetime) -> bool:
        """Whether the moment lies in an opening, by the local clock, and on no holiday."""
        local = moment.astimezone(zoneinfo.ZoneInfo(self.zone))
        if self.holidays.filter(date=local.date()).exists():
            return False
        lasts = Q(closes__gt=local.time()) | Q(closes__gte=LAST_SECOND)
        return self.openings.filter(lasts, weekday=local.weekday(), opens__lte=local.time()).exists()

    def next_opening(self, moment: datetime) -> datetime | None:
        """When it opens next after the moment; None when it doesn't within `FARTHEST` days."""
        zone = zoneinfo.ZoneInfo(self.zone)
        local = moment.astimezone(zone)
        openings = list(self.openings.order_by("opens"))
        closed = set(self.holidays.filter(date__gte=local.date()).values_list("date", flat=True))
        for days in range(FARTHEST + 1):
            day = local.date() + timedelta(days=days)
            for opening in openings:
                opens = datetime.combine(day, opening.opens, zone)
                if opening.weekday == day.weekday() and day not in closed and opens > local:
                    return opens
        return None


class Opening(models.Model):
    """One opening on one day of the week; a day may have several."""

    class Weekday(models.IntegerChoices):
        """As Python counts them."""

        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("Until midnight: 23:59:59."))

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="opening_forward",
                violation_error_message=_("An opening closes after it opens. Past midnight: use two openings."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    def is_over(self, local: time) -> bool:
        """Whether it has closed for the day by the local clock."""
        return self.closes <= local and self.closes < LAST_SECOND


class Holiday(models.Model):
    """A day on which the openings don't hold."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["hours", "date"], name="one_holiday_per_day")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
