"""Rows that are kept because others mean something by them: refused in words before anything is deleted."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db.models import ManyToManyField, Model, ProtectedError, QuerySet
from django.db.models.signals import pre_delete
from django.utils.translation import gettext as _

Guard = Callable[[Collection[Any]], Iterable[str]]

_guards: dict[type[Model], list[Guard]] = {}


def guard(model: type[Model], why_not: Guard) -> None:
    """Rows of the model are only deleted where `why_not(rows)` has no sentence; else ProtectedError with the first."""
    _guards.setdefault(model, []).append(why_not)
    pre_delete.connect(_refuse, sender=model, dispatch_uid=f"keep-{model._meta.label_lower}")


def objections(rows: Collection[Any]) -> list[str]:
    """Why these rows can't be deleted together; empty when they can."""
    models = {type(row) for row in rows}
    return [
        sentence
        for model in models
        for why_not in _guards.get(model, ())
        for sentence in why_not([row for row in rows if type(row) is model])
    ]


def _refuse(sender: type[Model], instance: Model, origin: Any = None, **kwargs: Any) -> None:
    """What is deleted with one statement is judged together: each alone might leave the others behind."""
    together = origin if isinstance(origin, QuerySet) and origin.model is sender else [instance]
    for sentence in objections(list(together)):
        raise ProtectedError(sentence, {instance})


def keep_last(field: Any) -> None:
    """A row is kept that is all a list names (a many-to-many field), for the list would mean something else without it.

    Who deletes the others at the same time waits until this is decided.
    """
    relation: ManyToManyField = field.field
    holders = relation.model._default_manager.order_by("pk")

    def why_not(rows: Collection[Any]) -> Iterable[str]:
        naming = holders.filter(pk__in=holders.filter(**{f"{relation.name}__in": rows}).values("pk"))
        for holder in naming.select_for_update():
            named = getattr(holder, relation.name)
            if not named.exclude(pk__in=[row.pk for row in rows]).exists():
                yield _(
                    "“%(name)s” is all that stands under “%(field)s” of %(kind)s “%(holder)s”. "
                    "Empty, it would mean something else: change it there first."
                ) % {
                    "name": ", ".join(str(row) for row in named.all()),
                    "field": relation.verbose_name,
                    "kind": relation.model._meta.verbose_name,
                    "holder": holder,
                }

    guard(relation.related_model, why_not)
