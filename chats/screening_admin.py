"""The administration of what may be said and sent: policies, patterns of one's own, and a box to try both."""

# ruff: noqa: D102 - a column's heading says what it shows

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from chats import policies, reading
from chats.models import CustomPattern, ScreeningPolicy
from chats.rules import DETECTORS
from lib.admin import HouseAdmin, linked
from lib.numbers import whole
from lib.pci.custom import CustomPattern as Pattern
from lib.pci.custom import check_pattern
from lib.pci.kinds import KINDS
from lib.pci.mask import mask

MOST_TRIED = 10_000  # characters


class PolicyForm(forms.ModelForm):
    """Detectors and kinds of files to be ticked."""

    detectors = forms.MultipleChoiceField(
        label=_("detectors"),
        choices=DETECTORS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=ScreeningPolicy._meta.get_field("detectors").help_text,
    )
    kinds = forms.MultipleChoiceField(
        label=_("kinds of files"),
        choices=[(kind, kind) for kind in KINDS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=ScreeningPolicy._meta.get_field("kinds").help_text,
    )


@admin.register(ScreeningPolicy)
class ScreeningPolicyAdmin(HouseAdmin):
    """What happens to data that must not be there."""

    form = PolicyForm
    list_display = ("__str__", "policy", "attachments", "images")
    list_select_related = ("queue",)
    search_fields = ("queue__name",)
    fieldsets = (
        (None, {"fields": ("queue", "policy", "detectors")}),
        (_("Files"), {"fields": ("attachments", "kinds", "images")}),
    )


class TryTextForm(forms.Form):
    """A sentence to be tried with what is in force."""

    text = forms.CharField(label=_("Text"), max_length=MOST_TRIED, widget=forms.Textarea(attrs={"rows": 4}))


class TryPatternForm(TryTextForm):
    """A sentence, and a pattern that isn't saved yet."""

    pattern = forms.CharField(label=_("pattern"), max_length=1000, required=False)

    def clean_pattern(self) -> str:
        """The pattern. Raises ValidationError with the reason when the engine can't use it."""
        pattern: str = self.cleaned_data["pattern"]
        reason = check_pattern(pattern) if pattern else ""
        if reason:
            raise forms.ValidationError(reason)
        return pattern


def tried(request: HttpRequest, form_class: type[TryTextForm] = TryTextForm, **initial: Any) -> dict[str, Any]:
    """The box for a page: its form and, once something was typed, what would be masked. Nothing of it is kept or shown.

    What can't be tried comes back masked, too: nobody reads it over a shoulder or in a page's source.
    """
    posted = {name: mask(value).text for name, value in request.POST.items()}
    form = form_class(request.POST) if request.method == "POST" else form_class(initial=initial)
    if request.method != "POST":
        return {"try_form": form}
    if not form.is_valid():
        form.data = posted
        return {"try_form": form}
    policy = policies.table().everywhere.screening
    pattern = form.cleaned_data.get("pattern", "")
    own = [*policy.custom, *([Pattern("trial", pattern)] if pattern else [])]
    masked = mask(form.cleaned_data["text"], policy.detectors, own)
    return {
        "try_form": form_class(initial={"pattern": pattern}),
        "masked": masked.text,
        "found": [reading.detector(finding.detector) for finding in masked.findings],
    }


@admin.register(CustomPattern)
class CustomPatternAdmin(HouseAdmin):
    """Patterns of the organisation's own."""

    list_display = ("name", "pattern", "is_active", "try_link")
    search_fields = ("name",)
    fields = ("name", "pattern", "is_active")

    @admin.display(description=_("trial"))
    def try_link(self, pattern: CustomPattern) -> str:
        return linked(f"{reverse('admin:chats_custompattern_try')}?pattern={pattern.pk}", _("Try it"))

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, and the box to try."""
        trial = self.admin_site.admin_view(self.try_view)
        return [path("try/", trial, name="chats_custompattern_try"), *super().get_urls()]

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """What the organisation's detectors and the pattern mask in a text; nothing of it is kept."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        chosen = whole(request.GET.get("pattern", ""))
        row = CustomPattern.objects.filter(pk=chosen).first() if chosen is not None else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Try the screening"),
            **tried(request, TryPatternForm, pattern=row.pattern if row else ""),
        }
        return TemplateResponse(request, "admin/chats/custompattern/try.html", context)
