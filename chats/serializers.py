"""Shapes of what comes and goes over HTTP. A field that isn't declared is refused."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from lib.errors import Refused
from lib.wire import CID_PATTERN, MAX_TEXT, can_be_kept


class StrictSerializer(serializers.Serializer):
    """Refuses unknown fields, NUL and lone surrogates, and says which field it was."""

    def to_internal_value(self, data: Any) -> Any:
        """The clean values. Raises ValidationError by field."""
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({_sayable(name): [_("Unknown field.")] for name in unknown})
        return super().to_internal_value(data)


def _sayable(name: object) -> str:
    """The name of a field as an answer can hold it: without lone surrogates."""
    return str(name).encode("utf-8", "replace").decode()


class CleanText(serializers.CharField):
    """Text that a database can hold."""

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises ValidationError for NUL and lone surrogates."""
        text = super().to_internal_value(data)
        if not can_be_kept(text):
            raise serializers.ValidationError(_("This text holds characters that can't be kept."))
        return text


class FormFields(serializers.DictField):
    """What a customer said in the form's own fields, by label."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """The fields. Raises ValidationError for a label that can't be kept."""
        values = super().to_internal_value(data)
        if not all(map(can_be_kept, values)):
            raise serializers.ValidationError(_("This text holds characters that can't be kept."))
        return values


def text(longest: int, **options: Any) -> CleanText:
    """Optional text up to a length; null counts as left out."""
    return CleanText(max_length=longest, required=False, allow_blank=True, allow_null=True, **options)


class StartSerializer(StrictSerializer):
    """What a customer may give before a chat."""

    name = text(120)
    email = text(254)
    subject = text(200)
    page = text(500)
    language = text(8)
    identity = text(4000)
    fields = FormFields(child=CleanText(max_length=500, allow_blank=True), required=False, allow_null=True)  # type: ignore[assignment]


class LeftSerializer(StartSerializer):
    """What a customer gives with a message for later."""

    text = CleanText(max_length=MAX_TEXT)


class StartedSerializer(serializers.Serializer):
    """The new chat and its secret."""

    chat = serializers.UUIDField()
    token = serializers.CharField()
    socket = serializers.CharField()


class MessageSerializer(StrictSerializer):
    """A message."""

    cid = serializers.RegexField(CID_PATTERN, trim_whitespace=False)
    text = CleanText(allow_blank=True, trim_whitespace=False)
    attachments = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=10)


class FindingSerializer(serializers.Serializer):
    """What was masked."""

    detector = serializers.CharField()
    action = serializers.CharField()


class PostedSerializer(serializers.Serializer):
    """A message as stored."""

    chat = serializers.UUIDField()
    cid = serializers.CharField()
    seq = serializers.IntegerField(required=False)
    at = serializers.DateTimeField(required=False)
    text = serializers.CharField(required=False)
    findings = FindingSerializer(many=True)
    held = serializers.BooleanField(required=False)
    duplicate = serializers.BooleanField()


class AnnounceSerializer(StrictSerializer):
    """A file to come; its kind is found out from the bytes, so `type` is only taken note of."""

    name = CleanText(max_length=1000)
    size = serializers.IntegerField(min_value=1)
    type = text(200)


class AnnouncedSerializer(serializers.Serializer):
    """Where the parts go."""

    id = serializers.UUIDField()
    parts = serializers.IntegerField()
    part_size = serializers.IntegerField()


class ReceivedSerializer(serializers.Serializer):
    """What has come so far."""

    id = serializers.UUIDField()
    parts = serializers.IntegerField()
    received = serializers.ListField(child=serializers.IntegerField())


class FileSerializer(serializers.Serializer):
    """A file."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    type = serializers.CharField()
    status = serializers.ChoiceField(["scanning", "clean", "dropped"])
    reason = serializers.CharField(allow_null=True)


class LineSerializer(serializers.Serializer):
    """One line of a transcript."""

    seq = serializers.IntegerField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    sender = serializers.DictField(child=serializers.CharField())
    cid = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    attachments = FileSerializer(many=True)
    findings = FindingSerializer(many=True)
    data = serializers.DictField()


class LinesSerializer(serializers.Serializer):
    """A page of lines."""

    chat = serializers.UUIDField()
    stream = serializers.CharField()
    entries = LineSerializer(many=True)
    more = serializers.BooleanField()
    head = serializers.IntegerField()


def validated(kind: type[StrictSerializer], data: Any) -> dict[str, Any]:
    """The clean values, or Refused("invalid") that names every field."""
    serializer = kind(data=data)
    if not serializer.is_valid():
        raise Refused("invalid", fields=serializer.errors)
    return dict(serializer.validated_data)
