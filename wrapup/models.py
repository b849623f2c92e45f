"""What is written down after a chat: reasons, a note, and until when."""

from uuid import uuid4

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Team
from chats.models import Seat
from lib.fields import ScannedTextField
from routing.models import Queue
from wrapup.querysets import WrapUpCodeQuerySet, WrapUpQuerySet


class WrapUpCode(models.Model):
    """A reason an agent gives after a chat."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Only active reasons can be chosen."))
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Submitted when the time is up and nothing was chosen.")
    )
    queues = models.ManyToManyField(
        Queue, verbose_name=_("queues"), blank=True, related_name="+", help_text=_("Empty: all queues.")
    )
    teams = models.ManyToManyField(
        Team, verbose_name=_("teams"), blank=True, related_name="+", help_text=_("Empty: all teams.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = WrapUpCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("wrap-up reason")
        verbose_name_plural = _("wrap-up reasons")
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_code",
                violation_error_message=_("Another one is the default. Take the mark off there first."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class WrapUpRule(models.Model):
    """How long agents have for the wrap-up: of one queue, or of all queues without a rule of their own."""

    queue = models.OneToOneField(
        Queue,
        verbose_name=_("queue"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: every queue without a rule of its own."),
    )
    seconds = models.PositiveIntegerField(
        _("time"),
        default=60,
        validators=[MaxValueValidator(86_400)],
        help_text=_("Seconds until the default reason is submitted. 0: no limit, the agent submits."),
    )
    may_extend = models.BooleanField(
        _("may be extended"), default=True, help_text=_("The agent may stop the countdown.")
    )

    class Meta:
        verbose_name = _("wrap-up time")
        verbose_name_plural = _("wrap-up times")
        ordering = ["queue__name"]
        constraints = [
            models.UniqueConstraint(
                Coalesce("queue", Value(0)),
                name="one_rule_per_queue_or_all",
                violation_error_message=_("There is a rule for this already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.queue or _("All queues"))


class WrapUp(models.Model):
    """What one agent writes down about one chat. Only operations write it."""

    class Outcome(models.TextChoices):
        """How it was finished; empty while it is open."""

        SUBMITTED = "submitted", _("Submitted")
        LAPSED = "lapsed", _("Time was up")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    seat = models.OneToOneField(Seat, verbose_name=_("seat"), on_delete=models.CASCADE, related_name="wrapup")
    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="+")
    codes = models.ManyToManyField(
        WrapUpCode, through="GivenReason", verbose_name=_("reasons"), blank=True, related_name="wrapups"
    )
    note = ScannedTextField(_("note"), blank=True)
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("due"), null=True)
    can_extend = models.BooleanField(_("may be extended"), default=True)
    done_at = models.DateTimeField(_("done"), null=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)

    objects = WrapUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("wrap-up")
        verbose_name_plural = _("wrap-ups")
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", done_at=None) | ~Q(outcome="") & Q(done_at__isnull=False),
                name="wrapup_done_with_outcome",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(outcome="", due_at__isnull=False), name="wrapup_due"),
            models.Index(fields=["agent"], condition=Q(outcome=""), name="wrapup_open"),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.get_outcome_display()}"


class GivenReason(models.Model):
    """One reason of one wrap-up. What was written down stays: a reason that was given is retired, never deleted."""

    wrapup = models.ForeignKey(WrapUp, on_delete=models.CASCADE, related_name="+")
    wrapupcode = models.ForeignKey(WrapUpCode, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "wrapup_wrapup_codes"
        constraints = [models.UniqueConstraint(fields=["wrapup", "wrapupcode"], name="reason_once_per_wrapup")]

    def __str__(self) -> str:
        return str(self.wrapupcode)
