"""A log-in that loses its rights loses its sockets: logged out, disabled, password or role changed."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

from agents import operations
from agents.events import AgentChanged, LoginRevoked
from agents.models import Agent, Team, User
from chats.models import Watch
from chats.operations import end_lost_watches
from lib.events import afterwards, publish

RIGHTS: dict[type, tuple[str, ...]] = {
    User: ("password", "is_active"),
    Agent: ("role", "team_id", "user_id", "is_active"),
}


@receiver(user_logged_out, dispatch_uid="sockets_close_on_logout")
def logged_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    """The sockets of who has logged out close."""
    if user is not None:
        publish(LoginRevoked(user_id=user.pk))


@receiver(pre_save, sender=User, dispatch_uid="remember_rights")
@receiver(pre_save, sender=Agent, dispatch_uid="remember_place")
def remember(sender: Any, instance: User | Agent, update_fields: Any = None, **kwargs: Any) -> None:
    """What the log-in or the agent could do before is known when it is saved."""
    rights = RIGHTS[sender]
    if instance.pk and (update_fields is None or set(rights) & set(update_fields)):
        instance._rights = sender._default_manager.filter(pk=instance.pk).values(*rights).first()


def _changed(instance: User | Agent) -> dict[str, Any]:
    """The rights that were saved differently from what they were, as they were."""
    before = instance.__dict__.pop("_rights", None) or {}
    return {name: was for name, was in before.items() if was != getattr(instance, name)}


@receiver(post_save, sender=User, dispatch_uid="sockets_close_on_change")
def rights_changed(sender: Any, instance: User, **kwargs: Any) -> None:
    """The sockets of a log-in whose password or right to sign in changed close once that is committed.

    Who may not sign in any more is offline at once: nothing is offered to an empty desk.
    """
    changed = _changed(instance)
    if changed:
        publish(LoginRevoked(user_id=instance.pk))
    agent = Agent.objects.filter(user=instance.pk).first() if "is_active" in changed else None
    if agent is not None and not instance.is_active:
        operations.shut_out(agent)


@receiver(post_save, sender=Agent, dispatch_uid="sockets_close_on_agent_change")
def agent_changed(sender: Any, instance: Agent, created: bool, **kwargs: Any) -> None:
    """An agent with another role, team or log-in says hello again; of anything else his open desk shows the change."""
    changed = _changed(instance)
    if created:
        return
    publish(AgentChanged(agent_id=instance.pk))
    if changed:
        for user in {changed.get("user_id", instance.user_id), instance.user_id}:
            publish(LoginRevoked(user_id=user))
        if not instance.is_active:
            operations.shut_out(instance)
        _supervisors_look_again()


@receiver(m2m_changed, sender=Team.supervisors.through, dispatch_uid="supervisors_look_again")
def supervisors_changed(sender: Any, action: str, **kwargs: Any) -> None:
    """Who doesn't supervise a team any more reads along in its chats no longer."""
    if action.startswith("post_"):
        _supervisors_look_again()


def _supervisors_look_again() -> None:
    """Whoever reads along where he may not any more stops; the others' desks hear what they may still read."""
    afterwards(end_lost_watches)
    reading = Watch.objects.filter(ended_at=None).values_list("agent_id", flat=True).distinct()
    publish(*(AgentChanged(agent_id=agent) for agent in reading))
