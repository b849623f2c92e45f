"""Legs: how long a chat stood in the line of one queue, and what became of it there. All figures of queues count legs.

A chat that overflows or is transferred has a leg in each of its queues, so that every queue answers for its own.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Aggregate, Avg, Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chats.states import Kind
from routing.models import Queue

if TYPE_CHECKING:
    from chats.models import Chat, Offer


class Outcome(models.TextChoices):
    """How a leg ended; empty while the chat stands in the line."""

    ANSWERED = "answered", _("Answered")
    GONE = "gone", _("Gone")  # the customer, by himself
    TURNED_AWAY = "turned_away", _("Turned away")
    OVERFLOWED = "overflowed", _("Overflowed")


WAITED = ExpressionWrapper(F("ended_at") - F("since"), output_field=DurationField())
ALLOWED = ExpressionWrapper(F("queue__service_level_seconds") * timedelta(seconds=1), output_field=DurationField())
ANSWERED = Q(outcome=Outcome.ANSWERED)
ABANDONED = Q(outcome__in=(Outcome.GONE, Outcome.TURNED_AWAY))


class Percentile95(Aggregate):
    """The value that 95 % don't exceed."""

    template = "percentile_cont(0.95) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


class LegQuerySet(QuerySet["Leg"]):
    """Legs."""

    def of_customers(self) -> "LegQuerySet":
        """Those somebody waits or waited in: nobody waits with a message."""
        return self.filter(chat__kind=Kind.CHAT)

    def begin(self, chat: "Chat", verb: str, *, at: datetime) -> None:
        """The chat stands in the line of its queue from now on; a leg that goes on stays as it is."""
        row = self.model(chat_id=chat.pk, queue_id=chat.queue_id, verb=verb, since=at)
        self.bulk_create([row], ignore_conflicts=True)

    def end(self, chat: "Chat", outcome: str, *, at: datetime, offer: "Offer | None" = None) -> None:
        """The chat stands in line no longer; quiet when it didn't."""
        self.filter(chat=chat.pk, ended_at=None).update(outcome=outcome, ended_at=at, offer=offer)


def midnight(now: datetime) -> datetime:
    """When the house's day began."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def counts(among: Q) -> dict[str, Any]:
    """What came of the legs among these: as many were offered as are answered, abandoned, overflowed or still open."""
    return {
        "offered": Count("pk", filter=among),
        "answered": Count("pk", filter=among & ANSWERED),
        "abandoned": Count("pk", filter=among & ABANDONED),
        "overflowed": Count("pk", filter=among & Q(outcome=Outcome.OVERFLOWED)),
    }


def waits(among: Q) -> dict[str, Any]:
    """Average time until the answer, and the longest time in line, whatever came of it."""
    return {"wait": Avg(WAITED, filter=among & ANSWERED), "longest": Max(WAITED, filter=among)}


def level(among: Q, now: datetime) -> dict[str, Any]:
    """The service level is `inside` of `decided`: answered within the queue's seconds, of all that ended or are late.

    A leg that overflowed was not answered where it was offered.
    """
    late = Q(ended_at=None, since__lt=now - ALLOWED)
    return {
        "decided": Count("pk", filter=among & (Q(ended_at__isnull=False) | late)),
        "inside": Count("pk", filter=among & ANSWERED & Q(ended_at__lte=F("since") + ALLOWED)),
    }


class Leg(models.Model):
    """A chat in the line of a queue, from coming in until it is answered, gone, turned away or overflowed."""

    chat = models.ForeignKey("chats.Chat", verbose_name=_("chat"), on_delete=models.CASCADE, related_name="legs")
    queue = models.ForeignKey(Queue, verbose_name=_("queue"), on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(_("came by"), max_length=24)
    since = models.DateTimeField(_("in line since"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)
    offer = models.ForeignKey(
        "chats.Offer", verbose_name=_("accepted offer"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = LegQuerySet.as_manager()

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["chat"], condition=Q(ended_at=None), name="one_open_leg_per_chat"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | ~Q(outcome="") & Q(ended_at__isnull=False),
                name="leg_ends_with_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "ended_at"], name="leg_ended"),
            models.Index(fields=["since"], name="leg_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.queue}: {self.get_outcome_display() or '–'}"
