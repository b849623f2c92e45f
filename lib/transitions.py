"""The one conditional UPDATE behind every state machine: it checks, locks and moves at once."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Case, Model, QuerySet, Value, When
from django.db.models.fields import CharField

from lib.errors import Refused

M = TypeVar("M", bound=Model)
Table = Mapping[str, Mapping[str, str]]


def one(rows: QuerySet[M], **where: Any) -> M:
    """The row, or Refused("not_found"): what isn't there and what isn't for you look the same."""
    row = rows.filter(**where).first()
    if row is None:
        raise Refused("not_found")
    return row


class TransitionQuerySet(QuerySet[M]):
    """A queryset whose model has a `state` column moved only by `advance`."""

    transitions: Table = {}

    def advance(self, pk: Any, verb: str, **changes: Any) -> M:
        """The row after the verb, locked until commit. Refused("state") when the verb isn't allowed from its state."""
        moves = self.transitions[verb]
        target = Case(*(When(state=old, then=Value(new)) for old, new in moves.items()), output_field=CharField())
        moved = self.filter(pk=pk, state__in=tuple(moves)).update(state=target, **changes)
        if not moved:
            raise Refused("state" if self.filter(pk=pk).exists() else "not_found")
        return self.get(pk=pk)
