"""People: log-ins, teams, skills, what an agent can hold, and where he is now."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agents.capacity import Contacts, capacity_left
from agents.querysets import AgentQuerySet
from agents.states import State

CHANNEL_LIMIT = 20  # contacts of one channel at once: the fixed upper bound


class User(AbstractUser):
    """A log-in: administrators, supervisors and agents."""

    language = models.CharField(
        _("language"),
        max_length=8,
        blank=True,
        choices=[("en", _("English")), ("de", _("German"))],
        help_text=_("The language of desk and administration. Empty: the browser's."),
    )

    class Meta(AbstractUser.Meta):
        verbose_name = _("log-in")
        verbose_name_plural = _("log-ins")


def channel_field(label: str, default: int) -> models.PositiveSmallIntegerField:
    """How many contacts of one channel an agent may hold at once."""
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(0), MaxValueValidator(CHANNEL_LIMIT)]
    )


class MultimediaProfile(models.Model):
    """How many contacts per channel an agent may hold at once."""

    class Kind(models.TextChoices):
        """How the channels share the agent."""

        BLENDED = "blended", _("Blended: all channels side by side")
        REALTIME = "realtime", _("Blended real-time: voice or chats, e-mail besides")
        EXCLUSIVE = "exclusive", _("Exclusive: one contact in total")

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.BLENDED)
    voice = channel_field(_("voice"), 1)
    chat = channel_field(_("chat"), 5)
    email = channel_field(_("e-mail"), 5)
    social = channel_field(_("social"), 5)
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Used for agents who have none of their own or of their team.")
    )

    class Meta:
        verbose_name = _("multimedia profile")
        verbose_name_plural = _("multimedia profiles")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_profile",
                violation_error_message=_("Another one is the default. Take the mark off there first."),
            ),
            models.CheckConstraint(
                condition=Q(voice__lte=1, chat__lte=CHANNEL_LIMIT, email__lte=CHANNEL_LIMIT, social__lte=CHANNEL_LIMIT),
                name="profile_within_limits",
                violation_error_message=_("Voice at most 1, every other channel at most 20 contacts."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def total(self) -> int | None:
        """The most contacts of all channels together; None where each channel counts for itself."""
        return 1 if self.kind == self.Kind.EXCLUSIVE else None

    def left(self, load: Contacts) -> Contacts:
        """The contacts of each channel that whoever holds so many can still take."""
        return capacity_left(self, load)

    @property
    def chat_capacity(self) -> int:
        """The most chats at once under this profile."""
        return self.left(Contacts()).chat


class Team(models.Model):
    """Agents who serve the same queues under the same supervisors."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    profile = models.ForeignKey(
        MultimediaProfile,
        verbose_name=_("multimedia profile"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="teams",
        help_text=_("For members without one of their own. Empty: the default profile."),
    )
    inactivity_sign_out = models.BooleanField(
        _("sign out inactive agents"),
        default=False,
        help_text=_(
            "An agent without open work who does nothing at his desk is signed out; a minute before, he is told."
        ),
    )
    inactivity_minutes = models.PositiveSmallIntegerField(
        _("inactive after minutes"),
        default=5,
        validators=[MinValueValidator(3), MaxValueValidator(10_000)],
        help_text=_("Minutes without keyboard, pointer or command at the desk. 3 to 10000."),
    )
    supervisors = models.ManyToManyField(
        "Agent", verbose_name=_("supervisors"), blank=True, related_name="supervised_teams"
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """Something agents can do better or worse."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    language = models.CharField(
        _("language"),
        max_length=8,
        blank=True,
        choices=[("en", _("English")), ("de", _("German"))],
        help_text=_("If the skill is to speak a language of the widget."),
    )

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["language"], condition=~Q(language=""), name="one_skill_per_language")
        ]

    def __str__(self) -> str:
        return self.name


class IdleReason(models.Model):
    """Why an agent takes no new contacts."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Taken at sign-in and when no reason is chosen.")
    )
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Only active reasons can be chosen."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("idle reason")
        verbose_name_plural = _("idle reasons")
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_reason",
                violation_error_message=_("Another one is the default. Take the mark off there first."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Agent(models.Model):
    """A person who takes contacts, and his state now. Only operations write the state."""

    class Role(models.TextChoices):
        """What the person may do on the desk."""

        AGENT = "agent", _("Agent")
        SUPERVISOR = "supervisor", _("Supervisor")

    user = models.OneToOneField(User, verbose_name=_("log-in"), on_delete=models.PROTECT, related_name="agent")
    name = models.CharField(_("display name"), max_length=80, help_text=_("What customers and colleagues read."))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.AGENT)
    team = models.ForeignKey(Team, verbose_name=_("team"), on_delete=models.PROTECT, related_name="members")
    profile = models.ForeignKey(
        MultimediaProfile,
        verbose_name=_("multimedia profile"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agents",
        help_text=_("Empty: the team's profile, else the default profile."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OFFLINE, editable=False)
    reason = models.ForeignKey(
        IdleReason, verbose_name=_("idle reason"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    since = models.DateTimeField(_("since"), auto_now_add=True, editable=False)
    free_since = models.DateTimeField(
        _("free since"),
        null=True,
        editable=False,
        help_text=_("Last time he became available or was offered a contact."),
    )
    lease_until = models.DateTimeField(_("presence until"), null=True, editable=False)
    desk = models.CharField(_("desk"), max_length=32, blank=True, editable=False)
    desk_heard = models.DateTimeField(_("desk last heard"), null=True, editable=False)
    active_at = models.DateTimeField(_("last active"), null=True, editable=False)
    desk_rev = models.PositiveBigIntegerField(default=0, editable=False)

    objects = AgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="agent_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.OFFLINE, lease_until=None)
                | ~Q(state=State.OFFLINE) & Q(lease_until__isnull=False),
                name="signed_in_means_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["lease_until"], condition=Q(lease_until__isnull=False), name="agent_lease"),
            models.Index(fields=["team", "free_since"], condition=Q(state=State.AVAILABLE), name="agent_available"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_supervisor(self) -> bool:
        """True for those who may see and help their teams' chats."""
        return self.role == self.Role.SUPERVISOR

    def effective_profile(self) -> MultimediaProfile | None:
        """His own multimedia profile, else his team's, else the default one; None when there is none at all."""
        return self.profile or self.team.profile or MultimediaProfile.objects.filter(is_default=True).first()


class AgentSkill(models.Model):
    """How well an agent can do something."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, verbose_name=_("skill"), on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(
        _("level"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("1 (knows a little) to 10 (expert)."),
    )

    class Meta:
        verbose_name = _("skill of an agent")
        verbose_name_plural = _("skills of an agent")
        constraints = [
            models.UniqueConstraint(fields=["agent", "skill"], name="skill_once_per_agent"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=10), name="skill_level_1_to_10"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class Spell(models.Model):
    """An unbroken time in one state: the ledger behind every agent-time report."""

    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="spells")
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    reason = models.ForeignKey(
        IdleReason, verbose_name=_("idle reason"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True)
    verb = models.CharField(_("caused by what"), max_length=20)
    end_verb = models.CharField(_("ended by what"), max_length=20, blank=True)
    caused_by = models.ForeignKey(
        User, verbose_name=_("caused by whom"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("state change")
        verbose_name_plural = _("state changes")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(ended_at=None), name="one_open_spell"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="spell_forward"),
        ]
        indexes = [models.Index(fields=["agent", "started_at"], name="spell_by_agent")]

    def __str__(self) -> str:
        return f"{self.agent}: {self.get_state_display()}"
