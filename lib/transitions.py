"""The one conditional UPDATE behind every state machine: it checks, locks and moves at once."""

from collections.abc import Collection, Mapping
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
        if not self.advance_all([pk], verb, **changes):
            raise Refused("state" if self.filter(pk=pk).exists() else "not_found")
        return self.get(pk=pk)

    def advance_all(self, pks: Collection[Any], verb: str, **changes: Any) -> int:
        """Those of the rows from whose state the verb is allowed are moved and locked; returns how many."""
        moves = self.transitions[verb]
        target = Case(*(When(state=old, then=Value(new)) for old, new in moves.items()), output_field=CharField())
        return self.filter(pk__in=pks, state__in=tuple(moves)).update(state=target, **changes)
