"""The tables of both yardsticks: chats, who may talk in them, messages, findings."""

import uuid
from typing import Any

from django.db import models


class Person(models.Model):
    """A customer or an agent; the token opens his chats."""

    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=120)
    token = models.BinaryField(max_length=32, unique=True)

    def __str__(self) -> str:
        return self.name


class Chat(models.Model):
    """A conversation; `head` is the number of its last message."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    state = models.CharField(max_length=12, default="active")
    head = models.PositiveIntegerField(default=0)
    people = models.ManyToManyField(Person, related_name="chats")

    def __str__(self) -> str:
        return str(self.pk)


class Message(models.Model):
    """One message, numbered 1..n in its chat."""

    chat = models.ForeignKey(Chat, on_delete=models.CASCADE)
    seq = models.PositiveIntegerField()
    sender = models.ForeignKey(Person, on_delete=models.PROTECT)
    cid = models.CharField(max_length=64)
    at = models.DateTimeField()
    text = models.TextField()
    findings = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chat", "seq"], name="usual_seq_once"),
            models.UniqueConstraint(fields=["chat", "sender", "cid"], name="usual_cid_once"),
        ]

    def __str__(self) -> str:
        return f"{self.chat_id} {self.seq}"

    def frame(self) -> dict[str, Any]:
        """The message as readers get it."""
        return {
            "seq": self.seq,
            "kind": "message",
            "at": self.at.isoformat(timespec="milliseconds"),
            "sender": {"kind": self.sender.kind, "id": str(self.sender_id), "name": self.sender.name},
            "cid": self.cid,
            "text": self.text,
            "attachments": [],
            "findings": self.findings,
            "data": {},
        }


class Finding(models.Model):
    """The ledger of what was masked."""

    chat = models.ForeignKey(Chat, on_delete=models.CASCADE)
    at = models.DateTimeField()
    detector = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.detector
