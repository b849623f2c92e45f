"""Model fields whose every ORM write is screened: the last net under the verbs."""

import re
from typing import Any

from django.db import models

from lib.pci.mask import mask

OWN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Passed(str):
    """A text that was screened by the policy of its place: the net lets it through."""

    __slots__ = ()


class ScannedMixin:
    """Masks card data in whatever value is about to be written; reading is untouched."""

    def get_prep_value(self, value: Any) -> Any:
        """The value for the database, card data masked."""
        value = super().get_prep_value(value)  # type: ignore[misc]
        if isinstance(value, Passed):
            return str(value)
        return mask(value).text if isinstance(value, str) else value


class ScannedTextField(ScannedMixin, models.TextField):
    """Text of any length, screened on every write."""


class ScannedCharField(ScannedMixin, models.CharField):
    """Short text, screened on every write."""


def mask_all(value: Any) -> Any:
    """The value with every text in it masked, keys too, but for those that passed.

    Our own ids stay whole: random digits may look like a card.
    """
    if isinstance(value, Passed):
        return str(value)
    if isinstance(value, str):
        return value if OWN_ID.fullmatch(value) else mask(value).text
    if isinstance(value, dict):
        return {mask_all(key): mask_all(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_all(part) for part in value]
    return value


class ScannedJSONField(models.JSONField):
    """JSON whose texts are screened on every write."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """The value for the database, card data masked."""
        return super().get_db_prep_value(mask_all(value), connection, prepared)
