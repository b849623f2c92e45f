"""Desktop profiles: to which queues and agents a team may pass its contacts on, and whom it may ask for help."""

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Team


class Reach(models.TextChoices):
    """Which agents may be asked."""

    ALL = "all", _("All agents")
    TEAM = "team", _("The own team")
    CHOSEN = "chosen", _("The teams chosen below")
    NOBODY = "nobody", _("Nobody")


class QueueReach(models.TextChoices):
    """Which queues a contact may go to."""

    ALL = "all", _("All queues")
    CHOSEN = "chosen", _("The queues chosen below")
    NONE = "none", _("No queue")


class DesktopProfile(models.Model):
    """What the desks of its teams may do with a contact besides answering it."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    teams = models.ManyToManyField(
        Team,
        verbose_name=_("teams"),
        blank=True,
        related_name="+",
        help_text=_(
            "Empty: every team without a profile of its own. A team with several may do what any of them says."
        ),
    )
    transfer_queues = models.CharField(
        _("transfer to queues"), max_length=8, choices=QueueReach.choices, default=QueueReach.ALL
    )
    queues = models.ManyToManyField("routing.Queue", verbose_name=_("chosen queues"), blank=True, related_name="+")
    transfer_agents = models.CharField(_("transfer to agents"), max_length=8, choices=Reach.choices, default=Reach.ALL)
    conference = models.CharField(_("conference with"), max_length=8, choices=Reach.choices, default=Reach.ALL)
    agent_teams = models.ManyToManyField(
        Team,
        verbose_name=_("chosen teams"),
        blank=True,
        related_name="+",
        help_text=_("Whose agents may get transfers or be asked to conferences, where that is chosen above."),
    )
    shows_monitoring = models.BooleanField(
        _("agents see who reads along"),
        default=True,
        help_text=_("A line that only staff reads says when a supervisor begins and stops to monitor."),
    )

    class Meta:
        verbose_name = _("desktop profile")
        verbose_name_plural = _("desktop profiles")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def profiles_of(team: int) -> list[DesktopProfile]:
    """The profiles attached to the team, else those for teams without one; none at all: nothing is limited."""
    own = list(DesktopProfile.objects.filter(teams=team))
    return own or list(DesktopProfile.objects.filter(teams=None))


def queues_in_reach(agent: Agent) -> Q:
    """The condition on queues that the agent may pass contacts on to."""
    profiles = profiles_of(agent.team_id)
    if not profiles or any(each.transfer_queues == QueueReach.ALL for each in profiles):
        return Q(is_active=True)
    chosen = [each.pk for each in profiles if each.transfer_queues == QueueReach.CHOSEN]
    through = DesktopProfile.queues.through.objects.filter(desktopprofile__in=chosen)
    return Q(is_active=True, pk__in=through.values("queue"))


def agents_in_reach(agent: Agent, *, conference: bool) -> QuerySet[Agent]:
    """The other agents to whom the agent may transfer, or with whom he may confer."""
    others = Agent.objects.employed().exclude(pk=agent.pk)
    profiles = profiles_of(agent.team_id)
    reach = {each: each.conference if conference else each.transfer_agents for each in profiles}
    if not profiles or Reach.ALL in reach.values():
        return others
    chosen = [each.pk for each, value in reach.items() if value == Reach.CHOSEN]
    through = DesktopProfile.agent_teams.through.objects.filter(desktopprofile__in=chosen)
    wanted = Q(team__in=through.values("team"))
    if Reach.TEAM in reach.values():
        wanted |= Q(team=agent.team_id)
    return others.filter(wanted)


def monitoring_shows(team: int) -> bool:
    """Whether the agents of the team see that a supervisor reads along."""
    return all(each.shows_monitoring for each in profiles_of(team))
