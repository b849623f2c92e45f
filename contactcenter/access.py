"""A log-in that loses its rights loses its sockets: logged out, disabled, password or role changed."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

from agents.events import AgentChanged, LoginRevoked
from agents.models import Agent, Team, User
from chats.models import Watch
from lib.events import publish


@receiver(user_logged_out, dispatch_uid="sockets_close_on_logout")
def logged_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    """The sockets of who has logged out close."""
    if user is not None:
        publish(LoginRevoked(user_id=user.pk))


@receiver(pre_save, sender=User, dispatch_uid="remember_rights")
def remember_rights(sender: Any, instance: User, update_fields: Any = None, **kwargs: Any) -> None:
    """What the log-in could do before is known when it is saved."""
    rights = ("password", "is_active")
    if instance.pk and (update_fields is None or set(rights) & set(update_fields)):
        before = User.objects.filter(pk=instance.pk).values_list(*rights).first()
        instance._rights_changed = before is not None and before != (instance.password, instance.is_active)


@receiver(post_save, sender=User, dispatch_uid="sockets_close_on_change")
def rights_changed(sender: Any, instance: User, **kwargs: Any) -> None:
    """The sockets of a log-in whose password or right to sign in changed close once that is committed."""
    if getattr(instance, "_rights_changed", False):
        instance._rights_changed = False
        publish(LoginRevoked(user_id=instance.pk))


@receiver(post_save, sender=Agent, dispatch_uid="sockets_close_on_agent_change")
def agent_changed(sender: Any, instance: Agent, created: bool, **kwargs: Any) -> None:
    """The administration saved an agent: role or team may differ, so his desk says hello again."""
    if not created and transaction.get_connection().in_atomic_block:
        publish(LoginRevoked(user_id=instance.user_id))
        _supervisors_look_again()


@receiver(m2m_changed, sender=Team.supervisors.through, dispatch_uid="supervisors_look_again")
def supervisors_changed(sender: Any, action: str, **kwargs: Any) -> None:
    """Who doesn't supervise a team any more reads along in its chats no longer."""
    if action.startswith("post_"):
        _supervisors_look_again()


def _supervisors_look_again() -> None:
    """Whoever reads along somewhere hears from now on only what he may still read."""
    reading = Watch.objects.filter(ended_at=None).values_list("agent_id", flat=True).distinct()
    publish(*(AgentChanged(agent_id=agent) for agent in reading))
