"""Where contacts come in, wait, and by which rules they are given out."""

from typing import Any

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Skill, Team
from routing.desktops import DesktopProfile
from routing.hours import BusinessHours, Holiday, Opening
from routing.selection import Candidate, Snapshot

__all__ = [
    "BusinessHours",
    "Decision",
    "DesktopProfile",
    "DistributionGroup",
    "EntryPoint",
    "Holiday",
    "Opening",
    "Queue",
    "Roster",
    "SkillRequirement",
]


WHERE_EMPTY = _("Where one language is empty, customers read the other; where both are, the product's own sentence.")


def seconds_field(label: str, default: int, low: int, high: int, help_text: str) -> models.PositiveIntegerField:
    """A time in whole seconds between two bounds."""
    return models.PositiveIntegerField(
        label, default=default, validators=[MinValueValidator(low), MaxValueValidator(high)], help_text=help_text
    )


class Queue(models.Model):
    """Contacts of one kind, waiting for the agents who serve them."""

    class Mode(models.TextChoices):
        """How one is chosen among the free agents."""

        LONGEST_AVAILABLE = "longest_available", _("Longest available agent")
        BEST_AVAILABLE = "best_available", _("Best available agent, by skill")
        LEAST_BUSY = "least_busy", _("Least busy agent")
        CIRCULAR = "circular", _("Circular: one after the other")

    name = models.CharField(_("name"), max_length=80, unique=True, help_text=_("Agents and customers read it."))
    name_de = models.CharField(
        _("name, German"),
        max_length=80,
        blank=True,
        help_text=_("The name German-speaking customers read. Empty: as above."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    mode = models.CharField(_("routing mode"), max_length=20, choices=Mode.choices, default=Mode.LONGEST_AVAILABLE)
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("1 (first) to 10 (last), where an agent serves several queues."),
    )
    ageing = seconds_field(
        _("priority grows every"),
        0,
        0,
        86_400,
        _("Seconds of waiting after which a contact gets one priority better. 0: it stays."),
    )
    preferred_seconds = seconds_field(
        _("own agent first for"),
        0,
        0,
        86_400,
        _("Seconds in which the agent who last spoke with the customer comes first, if he is free. 0: never."),
    )
    language_seconds = seconds_field(
        _("customer's language for"),
        0,
        0,
        86_400,
        _("Seconds in which only agents with a skill of the customer's language are asked. 0: all are."),
    )
    hours = models.ForeignKey(
        BusinessHours,
        verbose_name=_("business hours"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: always open."),
    )
    offer_timeout = seconds_field(
        _("offer timeout"), 30, 1, 6000, _("Seconds an agent has to accept. Then RONA. 1 to 6000.")
    )
    service_level_seconds = seconds_field(
        _("service level, seconds"),
        60,
        1,
        86_400,
        _("A contact accepted within these seconds is in the service level."),
    )
    service_level_percent = models.PositiveSmallIntegerField(
        _("service level, percent"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("The part of all contacts that should be in the service level."),
    )
    max_waiting = models.PositiveIntegerField(
        _("most waiting"), default=0, help_text=_("More contacts are turned away. 0: no limit.")
    )
    max_wait = seconds_field(
        _("longest wait"),
        0,
        0,
        86_400,
        _("Seconds after which a contact goes to the overflow queue, or ends if there is none. 0: no limit."),
    )
    max_wait_message = models.CharField(
        _("message after the longest wait"),
        max_length=300,
        blank=True,
        help_text=WHERE_EMPTY,
    )
    max_wait_message_de = models.CharField(_("message after the longest wait, German"), max_length=300, blank=True)
    overflow = models.ForeignKey(
        "self",
        verbose_name=_("overflow queue"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Takes what would be one too many here, or has waited longest. It keeps its age."),
    )
    transfer_bump = models.PositiveSmallIntegerField(
        _("transferred contacts first by"),
        default=0,
        validators=[MaxValueValidator(9)],
        help_text=_("By how much the priority of a contact is better when an agent transfers it here. 0: it isn't."),
    )
    full_message = models.CharField(_("message when full"), max_length=300, blank=True, help_text=WHERE_EMPTY)
    full_message_de = models.CharField(_("message when full, German"), max_length=300, blank=True)
    closing = models.CharField(
        _("closing sentence"),
        max_length=300,
        blank=True,
        help_text=_("Offered to the agent before he ends: asks the customer to end the conversation."),
    )
    closing_de = models.CharField(
        _("closing sentence, German"), max_length=300, blank=True, help_text=_("Empty: as in English.")
    )

    last_chosen = models.ForeignKey(
        Agent,
        verbose_name=_("last chosen agent"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        help_text=_("From whom the circular mode goes on."),
    )

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(offer_timeout__gte=1, offer_timeout__lte=6000), name="offer_timeout_range"
            ),
            models.CheckConstraint(
                condition=Q(overflow=None) | ~Q(overflow=F("pk")),
                name="overflow_is_another_queue",
                violation_error_message=_("A queue can't be its own overflow queue."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DistributionGroup(models.Model):
    """Teams that serve a queue, from a waiting time on. Groups add up: later ones widen the circle."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="groups")
    after = models.PositiveIntegerField(
        _("after seconds"), default=0, help_text=_("Waiting time from which these teams are asked too. 0: at once.")
    )
    teams = models.ManyToManyField(Team, verbose_name=_("teams"), related_name="+")

    class Meta:
        verbose_name = _("distribution group")
        verbose_name_plural = _("distribution groups")
        ordering = ["queue", "after"]
        constraints = [models.UniqueConstraint(fields=["queue", "after"], name="one_group_per_waiting_time")]

    def __str__(self) -> str:
        return f"{self.queue} +{self.after} s"


class SkillRequirement(models.Model):
    """The level of a skill that a queue asks for, from a waiting time on. The latest time that has come holds."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="requirements")
    skill = models.ForeignKey(Skill, verbose_name=_("skill"), on_delete=models.PROTECT, related_name="+")
    after = models.PositiveIntegerField(
        _("after seconds"), default=0, help_text=_("Waiting time from which this level is enough. 0: at once.")
    )
    level = models.PositiveSmallIntegerField(
        _("level"),
        default=5,
        validators=[MaxValueValidator(10)],
        help_text=_("At least this level: 1 (knows a little) to 10 (expert). 0: the skill isn't asked for any longer."),
    )

    class Meta:
        verbose_name = _("required skill")
        verbose_name_plural = _("required skills")
        ordering = ["queue", "skill", "after"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "skill", "after"], name="one_level_per_waiting_time"),
            models.CheckConstraint(condition=Q(level__lte=10), name="required_level_0_to_10"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level} +{self.after} s"


def new_secret() -> str:
    """A secret of 256 bits."""
    return get_random_string(43)


class FormField(models.TextChoices):
    """Whether the widget asks for something before the chat."""

    OFF = "off", _("not asked")
    OPTIONAL = "optional", _("may be given")
    REQUIRED = "required", _("must be given")


class EntryPoint(models.Model):
    """The address of a widget: where customers come in."""

    name = models.CharField(_("name"), max_length=80, help_text=_("The title of the widget."))
    name_de = models.CharField(
        _("name, German"), max_length=80, blank=True, help_text=_("The title of the widget in German. Empty: as above.")
    )
    slug = models.SlugField(_("address"), unique=True, help_text=_("The widget lives at /widget/ and this address."))
    is_active = models.BooleanField(_("active"), default=True)
    queue = models.ForeignKey(Queue, verbose_name=_("queue"), on_delete=models.PROTECT, related_name="entry_points")
    languages = ArrayField(
        models.CharField(max_length=8, choices=[("en", _("English")), ("de", _("German"))]),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        help_text=_("Languages the widget offers, the first is the default. Empty: all."),
    )
    bot_speaks_first = models.BooleanField(
        _("chatbot first"), default=False, help_text=_("Preset answers before a person is asked for.")
    )
    greeting = models.TextField(_("chatbot greeting"), blank=True, help_text=_("The chatbot's first words."))
    greeting_de = models.TextField(_("chatbot greeting, German"), blank=True, help_text=_("Empty: as above."))
    ask_name = models.CharField(_("name"), max_length=8, choices=FormField.choices, default=FormField.OPTIONAL)
    ask_email = models.CharField(_("e-mail"), max_length=8, choices=FormField.choices, default=FormField.OPTIONAL)
    ask_subject = models.CharField(_("subject"), max_length=8, choices=FormField.choices, default=FormField.OFF)
    origins = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("web sites"),
        default=list,
        blank=True,
        help_text=_("Origins that may embed the widget, such as https://shop.example, separated by commas."),
    )
    closed_message = models.CharField(_("message when closed"), max_length=300, blank=True, help_text=WHERE_EMPTY)
    closed_message_de = models.CharField(_("message when closed, German"), max_length=300, blank=True)
    takes_messages = models.BooleanField(
        _("messages when closed or full"),
        default=False,
        help_text=_("Who comes when nobody is there may leave a message, which is given out when the queue opens."),
    )
    away_timeout = seconds_field(
        _("patience with absent customers"),
        300,
        30,
        86_400,
        _("Seconds after which the chat of a customer who has gone without a word is ended. 30 to 86400."),
    )
    secret = models.CharField(
        _("identity secret"),
        max_length=64,
        default=new_secret,
        help_text=_("Your web site signs the customer's identity with it (JWT, HS256)."),
    )
    realm = models.SlugField(
        _("identity realm"),
        max_length=40,
        blank=True,
        db_index=False,
        help_text=_(
            "Entry points with the same word here know the same customers: an id signed by any of them is the same "
            "person. Empty: ids count at this entry point only. After a change customers are known anew."
        ),
    )

    class Meta:
        verbose_name = _("entry point")
        verbose_name_plural = _("entry points")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def identity_realm(self) -> str:
        """The world in which an id signed for this entry point names one person; no shared one has such a name."""
        return self.realm.lower() or f"#{self.pk}"


class Roster(models.Model):
    """The agents of a queue as one routing pass found them; its decisions refer to it."""

    queue = models.ForeignKey(Queue, verbose_name=_("queue"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), db_index=True)
    candidates = models.JSONField(_("candidates"))

    class Meta:
        verbose_name = _("roster")
        verbose_name_plural = _("rosters")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.queue} {self.at:%H:%M:%S}"


class Decision(models.Model):
    """One look at a contact, with everything that was looked at: who was chosen, or why nobody.

    `snapshot` holds what was known of the contact and its queue. The candidates are those of the roster, with what
    the decisions before this one in the same batch gave them; a decision without a roster has them in its snapshot.
    """

    contact = models.UUIDField(_("contact"))
    queue = models.ForeignKey(Queue, verbose_name=_("queue"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), db_index=True)
    chosen = models.ForeignKey(
        Agent, verbose_name=_("chosen agent"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    rule = models.CharField(_("deciding rule"), max_length=40)
    tie = models.CharField(_("tie-break"), max_length=40, blank=True)
    roster = models.ForeignKey(
        Roster, verbose_name=_("roster"), null=True, on_delete=models.CASCADE, related_name="decisions"
    )
    snapshot = models.JSONField(_("snapshot"), encoder=DjangoJSONEncoder)
    removed = models.JSONField(_("who was left out, and why"), default=dict)

    class Meta:
        verbose_name = _("routing decision")
        verbose_name_plural = _("routing decisions")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["contact", "at"], name="decision_by_contact")]

    def __str__(self) -> str:
        return f"{self.queue}: {self.chosen or '–'}"

    def whole(self) -> Snapshot:
        """All that the decision looked at; two queries. Raises msgspec.ValidationError for what can't be read."""
        if self.roster is None:
            return read_snapshot(self.snapshot, read_candidates(self.snapshot.get("candidates", [])))
        candidates = read_candidates(self.roster.candidates)
        before = Decision.objects.filter(at__gte=self.roster.at, at__lt=self.at, chosen__in=[*candidates])
        for agent, at in before.order_by("at").values_list("chosen", "at"):
            candidates[agent] = candidates[agent].with_one_more(at.timestamp())
        return read_snapshot(self.snapshot, candidates)


def read_candidates(rows: list[Any]) -> dict[int, Candidate]:
    """The candidates of a roster by their keys."""
    found = [Candidate(**row) if isinstance(row, dict) else msgspec.convert(row, Candidate) for row in rows]
    return {each.agent: each for each in found}


def read_snapshot(known: dict[str, Any], candidates: dict[int, Candidate]) -> Snapshot:
    """What was known of a contact, and these candidates."""
    return msgspec.convert({**known, "candidates": tuple(candidates.values())}, Snapshot)
