"""A customer comes in: the chat begins with its first words, with the chatbot or in the queue."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import jwt
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from chats import bot, policies
from chats.models import Chat, Customer
from chats.operations import lines
from chats.operations.enqueue import hand_over
from chats.operations.overflow import way_in
from chats.operations.presence import CUSTOMER_LEASE
from chats.screening import clean, dropped, findings, identity_print
from chats.senders import BOT, Sender
from chats.states import State
from lib.clock import database_now
from lib.errors import Refused
from lib.wire import can_be_kept
from routing.models import EntryPoint, FormField, Queue
from routing.words import in_language

UNCONFIRMED = _("The identity could not be confirmed. Load the page again.")
TOKEN_LIFE = timedelta(hours=24)
LONGEST = {"name": 120, "email": 254, "subject": 200, "page": 500}


class Opened(NamedTuple):
    """The new chat, and the secret that opens it: known to nobody else and stored only hashed."""

    chat: Chat
    token: str


def hashed(token: str) -> bytes:
    """What is stored of a token: it has 256 random bits, so a plain digest can't be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def open(entry_point: EntryPoint, form: Mapping[str, Any], *, language: str = "") -> Opened:
    """A chat of a customer. Refused: `closed`, `full`, `invalid` with the fields, `unauthenticated` (bad identity)."""
    queue = entry_point.queue
    claims = identity_of(form.get("identity") or "", entry_point)
    said: dict[str, Any] = {**checked(entry_point, form), "fields": form.get("fields") or {}}
    said, claims, struck = screened(said, claims, queue.pk)
    language = language_of(entry_point, language)
    now = database_now()
    queue = way_in(entry_point, now, language)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        customer = customer_of(said, claims, entry_point.identity_realm)
        chat = Chat.objects.create(
            state=State.BOT,
            customer=customer,
            entry_point=entry_point,
            queue=queue,
            priority=queue.priority,
            language=language,
            subject=said["subject"],
            fields=said["fields"],
            page=said["page"],
            verified=bool(claims),
            started_at=now,
            customer_until=now + CUSTOMER_LEASE,
            token=hashed(token),
            token_until=now + TOKEN_LIFE,
        )
        _first_words(chat, entry_point, queue)
        by = Sender("customer", str(customer.pk))
        lines.note_findings(sorted(struck), chat=chat, by=by, at=now, place="form")
    return Opened(chat, token)


def _first_words(chat: Chat, entry_point: EntryPoint, queue: Queue) -> None:
    by = Sender("customer", str(chat.customer_id), chat.customer.name)
    lines.record(chat, "open", by=by, at=chat.started_at, entry_point=entry_point.pk)
    if not entry_point.bot_speaks_first:
        hand_over(chat, by=by)
        return
    greeting = in_language(entry_point, "greeting", chat.language)
    with override(chat.language):
        words = greeting or gettext("Hello! How can I help?")
    replies = bot.openers(entry_point.pk, language=chat.language, people=True)
    lines.append(chat, "message", by=BOT, at=chat.started_at, text=words, data={"quick_replies": replies})


def screened(
    said: dict[str, Any], claims: dict[str, Any], queue_id: int
) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    """Form and claims masked, and which detectors struck. Refused("pci_dropped") for the form under the policy Drop.

    What the page and the web site say is masked under either policy: the customer can't change it. The claims get the
    print of the id as it was signed: two ids may look the same once they are masked.
    """
    policy = policies.of_queue(queue_id).screening
    typed = {name: value for name, value in said.items() if name != "page"}
    masked, struck = clean(typed, policy)
    if struck and policy.drop:
        lines.note_findings(
            sorted(struck),
            chat=None,
            by=Sender("customer"),
            at=database_now(),
            place="form",
            action="dropped",
            queue_id=queue_id,
        )
        raise dropped(findings(struck, policy))
    page, found = clean(said["page"], policy)
    signed, told = clean({name: str(claims[name]) for name in ("sub", "name", "email") if claims.get(name)}, policy)
    if claims:
        signed["identity"] = identity_print(str(claims["sub"]))
    return {**masked, "page": page}, signed, struck | found | told


def checked(entry_point: EntryPoint, form: Mapping[str, Any]) -> dict[str, str]:
    """The form's own fields, trimmed. Raises Refused("invalid") that names every field that is wrong."""
    said = {name: str(form.get(name) or "").strip() for name in LONGEST}
    wrong: dict[str, Any] = {}
    for name, longest in LONGEST.items():
        if len(said[name]) > longest:
            wrong[name] = str(_("At most %(n)d characters.") % {"n": longest})
        elif not said[name] and getattr(entry_point, f"ask_{name}", "") == FormField.REQUIRED:
            wrong[name] = str(_("Please fill this in."))
    if said["email"] and "email" not in wrong:
        try:
            validate_email(said["email"])
        except ValidationError:
            wrong["email"] = str(_("This is not an e-mail address."))
    if wrong:
        raise Refused("invalid", _("Please check what you have entered."), fields=wrong)
    return said


def identity_of(token: str, entry_point: EntryPoint) -> dict[str, Any]:
    """The claims of the signed identity; empty without one. Raises Refused("unauthenticated") for a bad one."""
    if not token:
        return {}
    try:
        claims: dict[str, Any] = jwt.decode(
            token, entry_point.secret, algorithms=["HS256"], options={"require": ["exp", "sub"]}
        )
    except jwt.PyJWTError as error:
        raise Refused("unauthenticated", UNCONFIRMED) from error
    if not claims["sub"] or not all(can_be_kept(str(claims.get(name, ""))) for name in ("sub", "name", "email")):
        raise Refused("unauthenticated", UNCONFIRMED)
    return claims


def customer_of(said: Mapping[str, Any], claims: Mapping[str, Any], realm: str) -> Customer:
    """A new customer, or the one the signed identity names in its realm, with what is known of him now."""
    if not claims:
        return Customer.objects.create(name=said["name"], email=said["email"])
    known = {
        "name": str(claims.get("name") or said["name"])[:120],
        "email": str(claims.get("email") or said["email"])[:254],
        "external_id": str(claims["sub"])[:120],
    }
    customer, _created = Customer.objects.update_or_create(realm=realm, identity=claims["identity"], defaults=known)
    return customer


def language_of(entry_point: EntryPoint, wanted: str) -> str:
    """The language wanted, if the entry point has it, else its first."""
    offered = entry_point.languages or ["en", "de"]
    return wanted if wanted in offered else offered[0]
