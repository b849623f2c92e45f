"""Files on their way to the people in a chat, and messages that wait for their files."""

import secrets
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.fields import ScannedCharField, ScannedTextField

PART_SIZE = 1024 * 1024  # bytes; only the last part of a file may be shorter


def random_name() -> str:
    """Under which a file lies in its chat's folder: 160 random bits, nothing of what the sender called it."""
    return secrets.token_hex(20)


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Words for asking about files."""

    def of_sender(self, kind: str, sender_id: str) -> "AttachmentQuerySet":
        """Those of one person."""
        return self.filter(sender_kind=kind, sender_id=sender_id)

    def unsent(self) -> "AttachmentQuerySet":
        """Those that no message has taken along, neither cancelled nor discarded."""
        gone = (Attachment.Status.CANCELLED, Attachment.Status.DROPPED)
        return self.filter(entry=None, held=None).exclude(status__in=gone)


class HeldMessageQuerySet(models.QuerySet["HeldMessage"]):
    """Words for asking about messages that wait."""

    def waiting(self) -> "HeldMessageQuerySet":
        """Those that are neither sent nor discarded, in the order they were sent in."""
        return self.filter(outcome="").order_by("pk")

    def of_sender(self, kind: str, sender_id: str) -> "HeldMessageQuerySet":
        """Those of one person."""
        return self.filter(sender_kind=kind, sender_id=sender_id)


class HeldMessage(models.Model):
    """A message under the policy Drop whose files are still being looked at, or one that its sender sent behind it.

    Nobody but its sender knows of it. Of a discarded message only its cid and what was found stay, so that a repetition
    is answered as it was.
    """

    class Outcome(models.TextChoices):
        """How it ended; empty while it waits."""

        SENT = "sent", _("Sent")
        DROPPED = "dropped", _("Discarded")

    chat = models.ForeignKey(
        "chats.Chat",
        verbose_name=_("chat"),
        on_delete=models.CASCADE,
        related_name="held",
        db_index=False,  # the key of the constraint below begins with it
    )
    at = models.DateTimeField(_("at"))
    sender_kind = models.CharField(_("sender"), max_length=10)
    sender_id = models.CharField(max_length=40, blank=True)
    sender_name = ScannedCharField(_("name"), max_length=120, blank=True)
    cid = models.CharField(max_length=64)
    fingerprint = models.BinaryField(max_length=16, null=True)
    text = ScannedTextField(_("text"), blank=True)
    findings = models.JSONField(_("findings"), default=list)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True)

    objects = HeldMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("held message")
        verbose_name_plural = _("held messages")
        constraints = [
            models.UniqueConstraint(fields=["chat", "sender_kind", "sender_id", "cid"], name="held_once_per_sender")
        ]
        indexes = [
            models.Index(fields=["chat", "sender_kind", "sender_id"], condition=Q(outcome=""), name="held_waiting")
        ]

    def __str__(self) -> str:
        return self.cid


class Attachment(models.Model):
    """One file: it comes in parts, is looked at, and only then may anybody fetch it. Only operations write it."""

    class Status(models.TextChoices):
        """Where it is."""

        UPLOADING = "uploading", _("Uploading")
        SCANNING = "scanning", _("Being checked")
        CLEAN = "clean", _("Clean")
        DROPPED = "dropped", _("Discarded")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    chat = models.ForeignKey("chats.Chat", verbose_name=_("chat"), on_delete=models.CASCADE, related_name="attachments")
    entry = models.ForeignKey(
        "chats.Entry", verbose_name=_("line"), null=True, on_delete=models.CASCADE, related_name="+"
    )
    held = models.ForeignKey(
        HeldMessage, verbose_name=_("held message"), null=True, on_delete=models.CASCADE, related_name="files"
    )
    sender_kind = models.CharField(_("sender"), max_length=10)
    sender_id = models.CharField(max_length=40, blank=True)
    name = ScannedCharField(_("name"), max_length=200)
    size = models.PositiveIntegerField(_("size"))
    claimed = models.CharField(_("kind by its name"), max_length=5)
    kind = models.CharField(_("kind by its content"), max_length=5, blank=True)
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, default=Status.UPLOADING)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    received = models.JSONField(_("parts received"), default=list)
    stored = models.CharField(max_length=40, default=random_name, editable=False)
    created_at = models.DateTimeField(_("started"))
    look_at = models.DateTimeField(_("to be looked at by"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="scanning", look_at__isnull=False) | ~Q(status="scanning"), name="scanning_by_when"
            )
        ]
        indexes = [
            models.Index(fields=["look_at"], condition=Q(status="scanning"), name="file_to_look_at"),
            models.Index(fields=["created_at"], condition=Q(status="uploading"), name="file_uploading"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def parts(self) -> int:
        """How many parts the file comes in."""
        return max(1, -(-self.size // PART_SIZE))

    @property
    def path(self) -> Path:
        """Where its bytes lie: never under anything that a web server serves."""
        return Path(settings.MEDIA_ROOT) / "chats" / self.chat_id.hex / self.stored

    def card(self) -> dict[str, Any]:
        """The file as the wire shows it."""
        return {
            "id": str(self.pk),
            "name": str(self.name),
            "size": self.size,
            "type": self.kind or self.claimed,
            "status": self.status,
            "reason": self.reason or None,
        }
