"""The administration of people: log-ins, roles, agents, teams, skills, profiles, and the ledger of states."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agents import operations
from agents.models import Agent, AgentSkill, IdleReason, MultimediaProfile, Skill, Spell, Team, User
from lib.admin import HouseAdmin, LedgerAdmin, OneDefaultForm, linked, run_each, state_mark

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Roles. Only full administrators change what a role may, or anybody could raise himself."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser


@admin.register(User)
class UserAdmin(HouseAdmin, DjangoUserAdmin):
    """Log-ins. Who isn't a full administrator neither gives rights nor touches those who have some."""

    list_display = ("username", "full_name", "email", "agent_link", "language", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups", "language")
    list_select_related = ("agent__team",)
    search_fields = ("username", "first_name", "last_name", "email")
    readonly_fields = ("agent_link", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active", "agent_link")}),
        (_("Person"), {"fields": (("first_name", "last_name"), "email", "language")}),
        (_("Rights"), {"fields": RIGHTS}),
        (_("Dates"), {"fields": (("last_login", "date_joined"),)}),
    )

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name() or "–"

    @admin.display(description=_("agent"), ordering="agent__name")
    def agent_link(self, user: User) -> str:
        agent = getattr(user, "agent", None)
        if agent is not None:
            return linked(reverse("admin:agents_agent_change", args=[agent.pk]), f"{agent.name} ({agent.team})")
        return linked(f"{reverse('admin:agents_agent_add')}?user={user.pk}", _("make an agent")) if user.pk else "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else (*fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    """A password set for somebody with rights would be those rights."""
    if user is None or request.user.is_superuser or user.pk == request.user.pk:
        return True
    return not (user.is_superuser or user.is_staff)


class SkillInline(admin.TabularInline):
    """What the agent can do, and how well."""

    model = AgentSkill
    extra = 0
    autocomplete_fields = ("skill",)


@admin.register(Agent)
class AgentAdmin(HouseAdmin):
    """Agents. Their state is shown, and moved by operations only."""

    list_display = ("name", "state_now", "since", "role", "team", "is_active")
    list_filter = ("state", "team", "role", "is_active", "profile")
    list_select_related = ("team", "reason")
    search_fields = ("name", "user__username", "user__email")
    autocomplete_fields = ("user", "team", "profile")
    readonly_fields = ("state_now", "since", "free_since", "lease_until")
    inlines = (SkillInline,)
    actions = ("set_idle",)
    fieldsets = (
        (None, {"fields": ("name", "user", "role", "is_active")}),
        (_("Team and profile"), {"fields": ("team", "profile")}),
        (_("Now"), {"fields": ("state_now", ("since", "free_since", "lease_until"))}),
    )

    @admin.display(description=_("state"), ordering="state")
    def state_now(self, agent: Agent) -> str:
        label = agent.get_state_display()
        return state_mark(agent.state, f"{label} · {agent.reason}" if agent.reason else label)

    @admin.action(description=_("Set idle"), permissions=["change"])
    def set_idle(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        """The agents chosen get nothing new; what runs goes on."""

        def verb(agent: Agent) -> Agent:
            return operations.go_idle(agent, by=request.user)

        run_each(request, agents, verb, done=_("Idle now: %(names)s."))


@admin.register(Team)
class TeamAdmin(HouseAdmin):
    """Teams and who supervises them."""

    list_display = ("name", "profile", "number_of_members", "led_by")
    list_select_related = ("profile",)
    search_fields = ("name",)
    autocomplete_fields = ("profile", "supervisors")
    fieldsets = (
        (None, {"fields": ("name", "profile", "supervisors")}),
        (_("Inactivity"), {"fields": ("inactivity_sign_out", "inactivity_minutes")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        counted = super().get_queryset(request).annotate(size=Count("members", filter=Q(members__is_active=True)))
        return counted.prefetch_related("supervisors")

    @admin.display(description=_("active members"), ordering="size")
    def number_of_members(self, team: Team) -> str:
        return linked(f"{reverse('admin:agents_agent_changelist')}?team__id__exact={team.pk}", team.size)

    @admin.display(description=_("supervisors"))
    def led_by(self, team: Team) -> str:
        return ", ".join(agent.name for agent in team.supervisors.all()) or "–"


@admin.register(MultimediaProfile)
class MultimediaProfileAdmin(HouseAdmin):
    """How many contacts agents may hold."""

    form = OneDefaultForm
    list_display = ("name", "kind", "voice", "chat", "email", "social", "is_default")
    list_filter = ("kind",)
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "kind", "is_default")}),
        (
            _("Contacts at once"),
            {
                "fields": (("voice", "chat", "email", "social"),),
                "description": _("Voice 0 or 1, every other channel 0 to 20. Chat 0: the agent is never offered one."),
            },
        ),
    )


@admin.register(Skill)
class SkillAdmin(HouseAdmin):
    """Skills."""

    list_display = ("name", "language")
    search_fields = ("name",)


@admin.register(IdleReason)
class IdleReasonAdmin(HouseAdmin):
    """Reasons for taking no new contacts."""

    form = OneDefaultForm
    list_display = ("name", "order", "is_default", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)


@admin.register(Spell)
class SpellAdmin(LedgerAdmin):
    """The ledger of agents' states: read only."""

    list_display = ("agent", "state_then", "reason", "started_at", "ended_at", "verb", "end_verb", "caused_by")
    list_filter = ("state", ("started_at", admin.DateFieldListFilter), "reason")
    list_select_related = ("agent", "reason", "caused_by")
    search_fields = ("agent__name__istartswith",)
    search_help_text = _("The beginning of the agent's name.")
    fields = ("agent", "state_then", "reason", "started_at", "ended_at", "verb", "end_verb", "caused_by")
    readonly_fields = ("state_then",)

    @admin.display(description=_("state"), ordering="state")
    def state_then(self, spell: Spell) -> str:
        return state_mark(spell.state, spell.get_state_display())
