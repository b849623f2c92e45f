"""The REST API: its addresses, and how its errors look."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from chats.file_views import AttachmentsView, AttachmentView, PartView
from chats.views import EntriesView, MessageForLaterView, MessagesView, StartView
from lib.errors import MESSAGES, Refused
from lib.fields import mask_all
from lib.sweeps import UNANSWERED

log = logging.getLogger(__name__)

STATUS = {
    "invalid": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "state": 409,
    "conflict": 409,
    "capacity": 409,
    "closed": 409,
    "full": 409,
    "gone": 410,
    "too_large": 413,
    "pci_dropped": 422,
    "rate_limited": 429,
    "unavailable": 503,
}
CODES = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    413: "too_large",
    429: "rate_limited",
}

urlpatterns = [
    path("widget/<slug:slug>/chats/", StartView.as_view(), name="start"),
    path("widget/<slug:slug>/messages/", MessageForLaterView.as_view(), name="leave_message"),
    path("chats/<uuid:chat_id>/entries/", EntriesView.as_view(), name="entries"),
    path("chats/<uuid:chat_id>/messages/", MessagesView.as_view(), name="messages"),
    path("chats/<uuid:chat_id>/attachments/", AttachmentsView.as_view(), name="attachments"),
    path("chats/<uuid:chat_id>/attachments/<uuid:attachment_id>/", AttachmentView.as_view(), name="attachment"),
    path("chats/<uuid:chat_id>/attachments/<uuid:attachment_id>/parts/<int:number>/", PartView.as_view(), name="part"),
]


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as {"code","message","fields"}; None lets a real fault be a fault."""
    if isinstance(error, Refused):
        set_rollback()
        fields = error.fields or error.detail
        return _response(STATUS[error.code], error.code, str(error.message), fields)
    if isinstance(error, UNANSWERED):
        log.warning("the database did not answer a request: %s", type(error.__cause__ or error).__name__)
        return _response(503, "unavailable", str(MESSAGES["unavailable"]), {})
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RecursionError):  # JSON nested deeper than the parser goes
        error = exceptions.ParseError()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    code = CODES.get(error.status_code, "invalid")
    fields = error.detail if isinstance(error, exceptions.ValidationError) and isinstance(error.detail, dict) else {}
    headers = {}
    if isinstance(error, exceptions.Throttled) and error.wait is not None:
        headers["Retry-After"] = str(int(error.wait) + 1)
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    return _response(error.status_code, code, str(MESSAGES[code]), fields, headers)


def _response(status: int, code: str, message: str, fields: Any, headers: dict[str, str] | None = None) -> Response:
    if status in (429, 503) and not headers:
        headers = {"Retry-After": "1"}
    said = mask_all({"message": message, "fields": fields})  # a wrong field's name or value may be card data
    return Response({"code": code, **said}, status=status, headers=headers)
