"""Every text that people can write is screened on its way into the database; no migration is missing."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from lib.fields import ScannedMixin

ROOMS = ("agents", "routing", "chats", "wrapup")
TEXTS = (models.CharField, models.TextField, models.JSONField)

# model.field → why it needs no screening
ADMIN = "a setting, written by administrators only"
CODE = "one of a few words that the program writes"
KEY = "an id that the program makes"
PASSES = {
    "agents.User.username": ADMIN,
    "agents.User.first_name": ADMIN,
    "agents.User.last_name": ADMIN,
    "agents.User.email": ADMIN,
    "agents.User.password": "a hash",
    "agents.Agent.name": ADMIN,
    "agents.Agent.desk": KEY,
    "agents.Team.name": ADMIN,
    "agents.Skill.name": ADMIN,
    "agents.IdleReason.name": ADMIN,
    "agents.MultimediaProfile.name": ADMIN,
    "agents.Spell.verb": CODE,
    "agents.Spell.end_verb": CODE,
    "routing.DesktopProfile.name": ADMIN,
    "routing.BusinessHours.name": ADMIN,
    "routing.BusinessHours.zone": ADMIN,
    "routing.Holiday.name": ADMIN,
    "routing.Queue.name": ADMIN,
    "routing.Queue.name_de": ADMIN,
    "routing.Queue.closing": ADMIN,
    "routing.Queue.closing_de": ADMIN,
    "routing.Queue.full_message": ADMIN,
    "routing.Queue.full_message_de": ADMIN,
    "routing.Queue.max_wait_message": ADMIN,
    "routing.Queue.max_wait_message_de": ADMIN,
    "routing.EntryPoint.name": ADMIN,
    "routing.EntryPoint.name_de": ADMIN,
    "routing.EntryPoint.slug": ADMIN,
    "routing.EntryPoint.greeting": ADMIN,
    "routing.EntryPoint.greeting_de": ADMIN,
    "routing.EntryPoint.closed_message": ADMIN,
    "routing.EntryPoint.closed_message_de": ADMIN,
    "routing.EntryPoint.secret": "made by the program",
    "routing.EntryPoint.realm": ADMIN,
    "routing.Decision.rule": CODE,
    "routing.Decision.tie": CODE,
    "routing.Roster.candidates": "numbers, keys and states",
    "routing.Decision.snapshot": "numbers and keys that the program saw",
    "routing.Decision.removed": CODE,
    "chats.CannedResponse.shortcut": ADMIN,
    "chats.CustomPattern.name": ADMIN,
    "chats.CustomPattern.pattern": ADMIN,
    "chats.Attachment.sender_kind": CODE,
    "chats.Attachment.sender_id": KEY,
    "chats.Attachment.claimed": CODE,
    "chats.Attachment.kind": CODE,
    "chats.Attachment.reason": CODE,
    "chats.Attachment.received": "numbers of parts",
    "chats.Attachment.stored": KEY,
    "chats.HeldMessage.sender_kind": CODE,
    "chats.HeldMessage.findings": CODE,
    "chats.HeldMessage.sender_id": KEY,
    "chats.HeldMessage.cid": "as of a line",
    "chats.Rehearsal.changes": ADMIN,
    "chats.Rehearsal.error": "what the program says of an administrator's settings",
    "chats.Rehearsal.result": "numbers",
    "chats.Customer.realm": ADMIN,
    "chats.Chat.language": CODE,
    "chats.Chat.ended_by": CODE,
    "chats.Leg.verb": CODE,
    "chats.Entry.stream": CODE,
    "chats.Entry.kind": CODE,
    "chats.Entry.sender_kind": CODE,
    "chats.Entry.sender_id": KEY,
    "chats.Entry.cid": "an id that the sender's program makes; one that looks like card data is refused",
    "chats.Entry.findings": CODE,
    "chats.Entry.attachments": "cards of files, whose names are screened",
    "chats.Finding.sender_kind": CODE,
    "chats.Finding.sender_id": KEY,
    "chats.Finding.place": CODE,
    "chats.Finding.detector": ADMIN,
    "chats.Finding.action": CODE,
    "chats.ChatEvent.verb": CODE,
    "chats.ChatEvent.by_kind": CODE,
    "chats.ChatEvent.by_id": KEY,
    "wrapup.WrapUpCode.name": ADMIN,
}


def unscreened() -> set[str]:
    """Text columns without screening whose values aren't limited to choices."""
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for room in ROOMS
        for model in apps.get_app_config(room).get_models()
        for field in model._meta.local_fields
        if isinstance(field, TEXTS) and not isinstance(field, ScannedMixin) and not field.choices
        if type(field).__name__ != "ScannedJSONField"
    }


def test_every_text_column_is_screened_or_has_a_reason_why_not() -> None:
    assert unscreened() - PASSES.keys() == set()


def test_no_reason_is_kept_for_a_column_that_is_gone() -> None:
    assert PASSES.keys() - unscreened() == set()


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
