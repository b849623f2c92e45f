"""What happens: customers, chats, who sits in them, offers, every line, and the ledger."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from chats.answers import BotAnswer, CannedResponse
from chats.attachments import Attachment, HeldMessage
from chats.legs import Leg
from chats.querysets import ChatQuerySet, EntryQuerySet, OfferQuerySet, SeatQuerySet, WatchQuerySet
from chats.rehearsals import Rehearsal
from chats.rules import CustomPattern, ScreeningPolicy
from chats.states import Kind, State
from lib.fields import ScannedCharField, ScannedJSONField, ScannedTextField
from lib.wire import instant
from routing.models import EntryPoint, Queue

__all__ = [
    "Attachment",
    "BotAnswer",
    "CannedResponse",
    "Chat",
    "ChatEvent",
    "CustomPattern",
    "Customer",
    "Entry",
    "Finding",
    "HeldMessage",
    "Leg",
    "Offer",
    "Rehearsal",
    "ScreeningPolicy",
    "Seat",
    "Watch",
]


class Customer(models.Model):
    """Somebody who chats. The same person over several chats only where the web site vouches for him."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = ScannedCharField(_("name"), max_length=120, blank=True)
    email = ScannedCharField(_("e-mail"), max_length=254, blank=True)
    external_id = ScannedCharField(
        _("id at the web site"), max_length=120, blank=True, help_text=_("From the signed identity.")
    )
    realm = models.CharField(_("identity realm"), max_length=64, blank=True, editable=False)
    identity = models.BinaryField(max_length=16, null=True, editable=False)  # of the id before it was masked
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(fields=["realm", "identity"], name="one_customer_per_identity"),
            models.CheckConstraint(
                condition=Q(identity=None, realm="") | Q(identity__isnull=False) & ~Q(realm=""),
                name="identity_within_a_realm",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.visitor

    @property
    def visitor(self) -> str:
        """What stands where no name was given: part of the id, enough to tell two apart."""
        digits = self.pk.hex.upper()
        return f"{digits[:4]}-{digits[4:6]}"


class Chat(models.Model):
    """One conversation from its first word to its end. Only operations write it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.BOT)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.CHAT)
    customer = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="chats")
    entry_point = models.ForeignKey(
        EntryPoint, verbose_name=_("entry point"), on_delete=models.PROTECT, related_name="+"
    )
    queue = models.ForeignKey(Queue, verbose_name=_("queue"), on_delete=models.PROTECT, related_name="+")
    priority = models.PositiveSmallIntegerField(_("priority"), default=5)
    language = models.CharField(_("language"), max_length=8, default="en")
    subject = ScannedCharField(_("subject"), max_length=200, blank=True)
    fields = ScannedJSONField(_("form fields"), default=dict, blank=True)
    page = ScannedCharField(_("started on page"), max_length=500, blank=True)
    verified = models.BooleanField(_("identity confirmed"), default=False)

    started_at = models.DateTimeField(_("started"))
    enqueued_at = models.DateTimeField(_("queued"), null=True)
    in_queue_since = models.DateTimeField(_("in this queue since"), null=True)
    preferred = models.ForeignKey(
        Agent, verbose_name=_("own agent"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    noted = models.PositiveIntegerField(null=True, editable=False)  # why nobody could take it, as last written down
    answered_at = models.DateTimeField(_("first answered"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.CharField(_("ended by"), max_length=12, blank=True)

    token = models.BinaryField(max_length=32, unique=True, editable=False)
    token_until = models.DateTimeField(editable=False)
    customer_until = models.DateTimeField(_("customer present until"), null=True)
    customer_away = models.BooleanField(default=False, editable=False)  # whether his agents were told that he is
    customer_seen = models.PositiveIntegerField(_("customer has seen"), default=0)
    public_head = models.PositiveIntegerField(_("lines"), default=0)
    staff_head = models.PositiveIntegerField(_("staff lines"), default=0)
    score = models.PositiveSmallIntegerField(_("rating"), null=True)
    comment = ScannedTextField(_("comment"), blank=True)

    objects = ChatQuerySet.as_manager()

    class Meta:
        verbose_name = _("chat")
        verbose_name_plural = _("chats")
        ordering = ["-started_at", "pk"]
        permissions = [("check_invariants", "Can look at the invariants and have them checked")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="chat_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.ENDED, ended_at__isnull=False) | ~Q(state=State.ENDED) & Q(ended_at=None),
                name="ended_means_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(enqueued_at__isnull=False) | ~Q(state__in=[State.QUEUED, State.OFFERED, State.ACTIVE]),
                name="queued_means_enqueued_at",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__gte=1, score__lte=5), name="rating_1_to_5"),
        ]
        indexes = [
            models.Index(fields=["queue", "priority", "enqueued_at"], condition=Q(state="queued"), name="chat_waiting"),
            models.Index(fields=["queue", "started_at"], condition=Q(state="later"), name="chat_for_later"),
            models.Index(fields=["queue", "answered_at"], name="chat_answered"),
            models.Index(fields=["customer_until"], condition=~Q(state="ended"), name="chat_customer_present"),
            models.Index(fields=["-started_at"], name="chat_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.queue}"


class Seat(models.Model):
    """An agent's place in a chat; it is taken until his wrap-up is done."""

    class Role(models.TextChoices):
        """Who leads."""

        OWNER = "owner", _("Owner")
        GUEST = "guest", _("Guest")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    chat = models.ForeignKey(Chat, verbose_name=_("chat"), on_delete=models.CASCADE, related_name="seats")
    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="seats")
    queue = models.ForeignKey(Queue, verbose_name=_("queue"), on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.OWNER)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True)
    released_at = models.DateTimeField(_("wrapped up"), null=True)
    away_since = models.DateTimeField(_("connection lost"), null=True)
    seen = models.PositiveIntegerField(_("has seen"), default=0)
    until = models.PositiveIntegerField(_("read up to line"), null=True)  # the last line written while he was there
    staff_until = models.PositiveIntegerField(_("read up to staff line"), null=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["joined_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["chat"], condition=Q(role="owner", left_at=None), name="one_live_owner_per_chat"
            ),
            models.UniqueConstraint(
                fields=["chat", "agent"], condition=Q(left_at=None), name="one_live_seat_per_agent"
            ),
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gte=F("joined_at")), name="seat_forward"),
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(left_at__isnull=False), name="left_before_released"
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "chat"], condition=Q(released_at=None), name="seat_held"),
            models.Index(fields=["away_since"], condition=Q(left_at=None, away_since__isnull=False), name="seat_away"),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.get_role_display()}"


class Offer(models.Model):
    """A chat offered to one agent until a deadline. It ends exactly once."""

    class Kind(models.TextChoices):
        """Where the offer comes from."""

        ROUTE = "route", _("Routing")
        TRANSFER = "transfer", _("Transfer")
        CONFERENCE = "conference", _("Conference")

    class Outcome(models.TextChoices):
        """How it ended; empty while it lives."""

        ACCEPTED = "accepted", _("Accepted")
        LAPSED = "lapsed", _("Lapsed (RONA)")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    chat = models.ForeignKey(Chat, verbose_name=_("chat"), on_delete=models.CASCADE, related_name="offers")
    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="offers")
    queue = models.ForeignKey(Queue, verbose_name=_("queue"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.ROUTE)
    asked_by = models.ForeignKey(
        Agent, verbose_name=_("asked by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    offered_at = models.DateTimeField(_("offered"))
    expires_at = models.DateTimeField(_("to be accepted by"))
    serving = models.PositiveIntegerField(_("agents in rotation"), default=0, db_default=0, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["offered_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["chat"], condition=Q(outcome=""), name="one_live_offer_per_chat"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | ~Q(outcome="") & Q(ended_at__isnull=False),
                name="offer_ends_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(kind="route", asked_by=None) | ~Q(kind="route") & Q(asked_by__isnull=False),
                name="routing_or_somebody_asks",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(outcome=""), name="offer_due"),
            models.Index(fields=["agent"], condition=Q(outcome=""), name="offer_live_of_agent"),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.get_outcome_display() or self.get_kind_display()}"


class Watch(models.Model):
    """A supervisor reads along in a chat of one of his teams. It takes no place and needs no wrap-up."""

    chat = models.ForeignKey(Chat, verbose_name=_("chat"), on_delete=models.CASCADE, related_name="watches")
    agent = models.ForeignKey(Agent, verbose_name=_("supervisor"), on_delete=models.PROTECT, related_name="watches")
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True)
    shown = models.BooleanField(_("shown to the agent"), default=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("monitoring")
        verbose_name_plural = _("monitorings")
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["chat", "agent"], condition=Q(ended_at=None), name="one_live_watch_per_supervisor"
            )
        ]
        indexes = [models.Index(fields=["agent"], condition=Q(ended_at=None), name="watch_live_of_agent")]

    def __str__(self) -> str:
        return str(self.agent)


class Entry(models.Model):
    """One line of a transcript. `seq` runs 1..n in each stream of a chat, in the order of commits."""

    PUBLIC, STAFF = "public", "staff"

    # Found by `seq_once`; an index of its own would cost every line, and tempts the planner to read whole chats.
    chat = models.ForeignKey(
        Chat, verbose_name=_("chat"), on_delete=models.CASCADE, related_name="entries", db_index=False
    )
    stream = models.CharField(_("stream"), max_length=8, default=PUBLIC)
    seq = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=24)
    at = models.DateTimeField(_("at"))
    sender_kind = models.CharField(_("sender"), max_length=10)
    sender_id = models.CharField(max_length=40, blank=True)
    sender_name = ScannedCharField(_("name"), max_length=120, blank=True)
    cid = models.CharField(max_length=64, blank=True)
    fingerprint = models.BinaryField(max_length=16, null=True)
    text = ScannedTextField(_("text"), blank=True)
    findings = models.JSONField(_("findings"), default=list)
    attachments = models.JSONField(_("files"), default=list, db_default=[])
    data = ScannedJSONField(_("data"), default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["chat", "stream", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["chat", "stream", "seq"], name="seq_once"),
            models.UniqueConstraint(
                fields=["chat", "sender_kind", "sender_id", "cid"], condition=~Q(cid=""), name="cid_once_per_sender"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.seq}"

    def frame(self) -> dict[str, Any]:
        """The line as the wire shows it."""
        return {
            "seq": self.seq,
            "kind": self.kind,
            "at": instant(self.at),
            "sender": {"kind": self.sender_kind, "id": self.sender_id, "name": self.sender_name},
            "cid": self.cid or None,
            "text": self.text,
            "attachments": self.attachments,
            "findings": self.findings,
            "data": self.data,
        }


class Finding(models.Model):
    """That data was found which must not be there: when, who, where, what kind, what was done. Never the data."""

    chat = models.ForeignKey(Chat, verbose_name=_("chat"), null=True, on_delete=models.CASCADE, related_name="findings")
    queue = models.ForeignKey(Queue, verbose_name=_("queue"), null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    sender_kind = models.CharField(_("sender"), max_length=10)
    sender_id = models.CharField(max_length=40, blank=True)
    place = models.CharField(_("where"), max_length=20)
    detector = models.CharField(_("detector"), max_length=60)
    action = models.CharField(_("action"), max_length=12)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["at"], include=["queue", "detector", "sender_kind", "action"], name="finding_at")
        ]

    def __str__(self) -> str:
        return f"{self.detector}: {self.action}"


class ChatEvent(models.Model):
    """The ledger: one row per verb, in the same transaction as what it did."""

    chat = models.ForeignKey(Chat, verbose_name=_("chat"), on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("at"))
    verb = models.CharField(_("what"), max_length=24)
    state = models.CharField(_("state after"), max_length=12, choices=State.choices)
    by_kind = models.CharField(_("by"), max_length=10)
    by_id = models.CharField(max_length=40, blank=True)
    data = ScannedJSONField(_("data"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["chat", "at"], name="event_by_chat")]

    def __str__(self) -> str:
        return self.verb
