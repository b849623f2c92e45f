"""The administration of chats: words written beforehand, and what this room adds to agents and entry points.

What operations write stands in `chat_admin.py`.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from agents import admin as agents_admin
from agents.models import Agent
from chats import chat_admin, finding_admin, operations, rehearsal_admin, screening_admin
from chats.models import BotAnswer, CannedResponse
from chats.querysets import with_load
from chats.trying import TryForm, candidates
from lib.admin import HouseAdmin, linked, masked_query, run_each
from lib.errors import Refused
from routing import admin as routing_admin
from routing.models import EntryPoint

__all__ = [
    "AgentAdmin",
    "BotAnswerAdmin",
    "CannedResponseAdmin",
    "EntryPointAdmin",
    "chat_admin",
    "finding_admin",
    "rehearsal_admin",
    "screening_admin",
]

admin.site.unregister(Agent)
admin.site.unregister(EntryPoint)


@admin.register(Agent)
class AgentAdmin(agents_admin.AgentAdmin):
    """Agents with what only this room knows: how full they are, and signing out."""

    list_display = (*agents_admin.AgentAdmin.list_display[:3], "in_hand", *agents_admin.AgentAdmin.list_display[3:])
    actions = (*agents_admin.AgentAdmin.actions, "sign_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        return with_load(super().get_queryset(request))

    @admin.display(description=_("in hand"), ordering="load")
    def in_hand(self, agent: Agent) -> int:
        return agent.load

    @admin.action(description=_("Sign out"), permissions=["change"])
    def sign_out(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        """The agents chosen are offline; those with open work stay, and the message says with what."""

        def verb(agent: Agent) -> Agent:
            return operations.sign_out(agent, by=request.user)

        run_each(request, agents, verb, done=_("Signed out: %(names)s."))

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        """Saved; who is no longer active is signed out, or the message says what he has to finish first."""
        super().save_model(request, obj, form, change)
        if change and not obj.is_active and "is_active" in form.changed_data:
            try:
                operations.sign_out(obj, by=request.user)
            except Refused as refused:
                messages.warning(request, f"{obj}: {refused.message}")


class AnswerInline(admin.StackedInline):
    """The chatbot's answers at this entry point."""

    model = BotAnswer
    extra = 0
    classes = ("collapse",)
    formfield_overrides = HouseAdmin.formfield_overrides
    fields = ("triggers", "text", "quick_replies", ("language", "hands_over", "order"))


@admin.register(EntryPoint)
class EntryPointAdmin(routing_admin.EntryPointAdmin):
    """Entry points with their widget and their chatbot."""

    list_display = (*routing_admin.EntryPointAdmin.list_display, "widget_link")
    readonly_fields = (*routing_admin.EntryPointAdmin.readonly_fields, "widget_link", "snippet", "try_link")
    inlines = (AnswerInline,)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The widget and its snippet stand with the web sites, the trial with the chatbot, once there is an address."""
        if obj is None:
            return super().get_fieldsets(request, obj)
        return [
            (name, {**options, "fields": (*options["fields"], *self._beside(options["fields"]))})
            for name, options in super().get_fieldsets(request, obj)
        ]

    @staticmethod
    def _beside(fields: tuple[Any, ...]) -> tuple[str, ...]:
        if "origins" in fields:
            return ("widget_link", "snippet")
        return ("try_link",) if "greeting" in fields else ()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> EntryPoint | None:
        """The entry point, with the address by which the administrator came: the snippet needs it."""
        entry_point = super().get_object(request, object_id, from_field)
        if entry_point is not None:
            entry_point.script_address = request.build_absolute_uri(static("chats/widget.js"))
        return entry_point

    @admin.display(description=_("widget"))
    def widget_link(self, entry_point: EntryPoint) -> str:
        address = reverse("widget", args=[entry_point.slug])
        return linked(address, address)

    @admin.display(description=_("to paste into your pages"))
    def snippet(self, entry_point: EntryPoint) -> str:
        language = (entry_point.languages or [""])[0]
        context = {"address": entry_point.script_address, "slug": entry_point.slug, "language": language}
        return render_to_string("admin/chats/snippet.html", context)

    @admin.display(description=_("trial"))
    def try_link(self, entry_point: EntryPoint) -> str:
        return linked(f"{reverse('admin:chats_botanswer_try')}?entry_point={entry_point.pk}", _("Try the chatbot"))


@admin.register(BotAnswer)
class BotAnswerAdmin(HouseAdmin):
    """The chatbot's answers, with a box to try them."""

    change_list_template = "admin/chats/botanswer/change_list.html"
    list_display = ("__str__", "entry_point", "language", "said", "hands_over", "order")
    list_filter = ("entry_point", "language", "hands_over")
    list_select_related = ("entry_point",)
    search_fields = ("triggers", "text")
    autocomplete_fields = ("entry_point",)
    fields = ("entry_point", "language", "triggers", "text", "quick_replies", ("hands_over", "order"))

    @admin.display(description=_("answer"), ordering="text")
    def said(self, answer: BotAnswer) -> str:
        return answer.text if len(answer.text) <= 90 else f"{answer.text[:89]}…"

    def get_urls(self) -> list[URLPattern]:
        """The trial's address, before those of single answers."""
        trial = path("try/", self.admin_site.admin_view(self.trial), name="chats_botanswer_try")
        return [trial, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with the box above it."""
        return super().changelist_view(request, {**(extra_context or {}), "try_form": TryForm()})

    def trial(self, request: HttpRequest) -> HttpResponse:
        """A sentence, the answer it would get, and how close the others come. What is typed is not stored."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        form = TryForm(masked_query(request.POST)) if request.method == "POST" else TryForm(initial=request.GET.dict())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Try the chatbot"),
            "opts": self.opts,
            "try_form": form,
            "result": candidates(**form.cleaned_data) if form.is_bound and form.is_valid() else None,
        }
        return TemplateResponse(request, "admin/chats/botanswer/try.html", context)


class CannedResponseForm(forms.ModelForm):
    """One shortcut, one response in each language."""

    def clean(self) -> dict[str, Any]:
        """The cleaned data; a shortcut that is taken is an error at its own field, and says by what."""
        data = super().clean() or self.cleaned_data
        if data.get("shortcut"):
            same = CannedResponse.objects.filter(shortcut=data["shortcut"], language=data.get("language", ""))
            other = same.exclude(pk=self.instance.pk).first()
            if other is not None:
                sentence = _("“%(title)s” has this shortcut already, in the same language.") % {"title": other}
                self.add_error("shortcut", sentence)
        return data


@admin.register(CannedResponse)
class CannedResponseAdmin(HouseAdmin):
    """Sentences agents insert."""

    form = CannedResponseForm
    list_display = ("title", "shortcut", "folder", "language", "used")
    list_filter = ("folder", "language", "queues")
    search_fields = ("title", "shortcut", "text")
    autocomplete_fields = ("queues",)
    readonly_fields = ("used",)
    fields = ("title", ("shortcut", "folder", "language"), "text", "queues", "used")
