"""What every room's administration shares: careful saving, ledgers nobody alters, cheap counting, refusals in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin import actions
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import CharField, Field, Model, QuerySet, TextField
from django.forms import BaseModelForm, Form, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from lib.errors import Refused
from lib.keeping import objections
from lib.pci.mask import mask

MOST_COUNTED = 10_000  # rows; beyond, a count says nothing that a filter wouldn't say better
SENTENCE = 300  # characters a field holds from which on it is for sentences
LONGEST_LOGGED = 120  # characters of a value in the audit trail


class BoundedPaginator(Paginator):
    """Counts at most 10,000 rows, so that a page of a table with a million rows is as fast as one of a hundred."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or 10,000 where there are more."""
        rows = cast(QuerySet[Any], self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()


class HouseAdmin(admin.ModelAdmin):
    """Saves only what was changed in the form, and leaves before and after in the audit trail."""

    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    formfield_overrides = {TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})}}
    unlogged: Sequence[str] = ("password", "secret")

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """The field of the form; whole sentences get two lines, so that they can be read."""
        if isinstance(db_field, CharField) and (db_field.max_length or 0) >= SENTENCE and not db_field.choices:
            kwargs.setdefault("widget", AdminTextareaWidget(attrs={"rows": 2}))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; a search for card data goes on masked, so that neither page, address nor statement holds it."""
        return masked_address(request) or super().changelist_view(request, extra_context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What is found by the words, card data in them masked."""
        return super().get_search_results(request, queryset, mask(search_term).text)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form; card data typed into it is masked before anything looks at it, so that no error repeats it."""
        secret = (*self.unlogged, "password1", "password2")
        request.POST = masked_query(request.POST, but=secret)  # type: ignore[assignment]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's question; for a row that must be kept the reason instead."""
        with transaction.atomic():
            row = self.get_object(request, unquote(object_id))
            reasons = objections([row]) if row is not None and self.has_delete_permission(request, row) else []
        if row is None or not reasons:
            return super().delete_view(request, object_id, extra_context)
        tell_all(request, reasons)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Django's sentence, card data in the id masked."""
        shown = mask(object_id).text
        return cast(HttpResponse, super()._get_obj_does_not_exist_redirect(request, opts, shown))  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: Model, form: BaseModelForm, change: bool) -> None:
        """A new row is saved whole; of an old one only the form's changes, as operations write the same rows.

        Card data typed into a form is masked before it is stored.
        """
        screen_row(obj, but=self.unlogged)
        if not change:
            return super().save_model(request, obj, form, change)
        names = [field.name for field in obj._meta.concrete_fields if field.name in form.changed_data]
        if names:
            obj.save(update_fields=names)
        return None

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """As `save_model`, for the rows beneath the row."""
        for row in formset.save(commit=False):
            screen_row(row, but=self.unlogged)
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()

    def construct_change_message(
        self, request: HttpRequest, form: Form, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Django's message, with the values before and after of every changed field that may be shown."""
        parts: list[dict[str, Any]] = super().construct_change_message(request, form, formsets, add)
        for part in parts:
            changed = part.get("changed")
            if changed is not None and "object" not in changed:
                with override(None):
                    changed["values"] = [_change(form, name) for name in form.changed_data if name not in self.unlogged]
        return parts


@admin.action(
    permissions=["delete"],
    description=actions.delete_selected.short_description,  # type: ignore[attr-defined]
)
def delete_selected(model_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
    """Django's action; where one of the rows must be kept the reason instead."""
    with transaction.atomic():
        reasons = objections(list(rows))
    if not reasons:
        return cast(HttpResponse | None, actions.delete_selected(model_admin, request, rows))
    tell_all(request, reasons)
    return None


def tell_all(request: HttpRequest, sentences: Iterable[str]) -> None:
    """Each sentence is a message that something could not be done."""
    for sentence in sentences:
        messages.error(request, sentence)


def masked_query(query: QueryDict, *, but: Sequence[str] = ()) -> QueryDict:
    """The same with card data masked in every value, but for the fields named."""
    masked = query.copy()
    for name in masked:
        if name not in but:
            masked.setlist(name, [mask(value).text for value in masked.getlist(name)])
    return masked


def masked_address(request: HttpRequest) -> HttpResponse | None:
    """The way to the same page without card data in its address; None where it holds none."""
    asked = masked_query(request.GET)
    return None if asked == request.GET else HttpResponseRedirect(f"{request.path}?{asked.urlencode()}")


def screen_row(row: Model, *, but: Sequence[str] = ()) -> None:
    """No text of the row shows a card number, but for the fields named."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and isinstance(field, (CharField, TextField)) and field.name not in but:
            setattr(row, field.attname, mask(value).text)


def _change(form: Form, name: str) -> list[str]:
    """Label, value before, value after."""
    field = form.fields[name]
    try:
        label = str(cast(BaseModelForm, form).instance._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        label = str(field.label or name)
    return [label, _words(field, form.initial.get(name)), _words(field, form.cleaned_data.get(name))]


def _words(field: Any, value: Any) -> str:
    if value is None or value == "":
        return "–"
    queryset = getattr(field, "queryset", None)
    if queryset is not None and not isinstance(value, Model) and not hasattr(value, "__iter__"):
        value = queryset.model._default_manager.filter(pk=value).first() or value
    if not isinstance(value, (str, Model)) and hasattr(value, "__iter__"):
        value = ", ".join(str(part) for part in value)
    return mask(str(value)).text[:LONGEST_LOGGED]


class LedgerAdmin(HouseAdmin):
    """Rows that operations write: everybody with the right may read, nobody may add, alter or delete."""

    show_full_result_count = False
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class LedgerInline(admin.TabularInline):
    """A ledger's rows beneath the row they belong to."""

    extra = 0
    classes = ("ledger",)
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


def words_filter(field: str, heading: Promise, words: Mapping[str, Any]) -> type[admin.SimpleListFilter]:
    """A filter over codes that are known beforehand: the table isn't asked which of them it holds."""

    class WordsFilter(admin.SimpleListFilter):
        title = cast(Any, heading)
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
            return list(words.items())

        def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    return WordsFilter


class OneDefaultForm(ModelForm):
    """Only one row may be the default; a second one is refused with the name of the first."""

    def clean(self) -> dict[str, Any]:
        """The cleaned data; a second default is an error at its own field."""
        data = super().clean() or self.cleaned_data
        if data.get("is_default"):
            rows = self._meta.model._default_manager.filter(is_default=True)
            other = rows.exclude(pk=self.instance.pk).first()
            if other is not None:
                sentence = _("“%(name)s” is the default already. Take the mark off there first.")
                self.add_error("is_default", sentence % {"name": other})
        return data


def run_each(request: HttpRequest, rows: Iterable[Model], verb: Callable[[Any], Any], *, done: Promise | str) -> None:
    """The verb was tried on each row. Refusals stand as messages with the row's name, the others under `done`."""
    names = []
    for row in rows:
        try:
            verb(row)
        except Refused as refused:
            messages.warning(request, f"{row}: {refused.message}")
        else:
            names.append(str(row))
    if names:
        messages.success(request, str(done) % {"names": ", ".join(names)})


def state_mark(state: str, label: Any) -> SafeString:
    """An agent's state as a shape, a word and a colour."""
    return format_html(
        '<span class="state {}"><svg class="glyph" aria-hidden="true"><use href="#g-{}"/></svg>{}</span>',
        state,
        state,
        label,
    )


def linked(url: str, label: Any) -> SafeString:
    """A link."""
    return format_html('<a href="{}">{}</a>', url, label)
