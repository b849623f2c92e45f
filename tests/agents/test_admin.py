"""The administration of people: what administrators set, whom they may touch, what they make agents do."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from agents.models import Agent, IdleReason, MultimediaProfile, Spell, User
from tests import cast
from tests.house import rows


@pytest.fixture
def administrator(house: cast.House, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def helper(house: cast.House, client: Client) -> Client:
    """Somebody who looks after log-ins, but is no full administrator."""
    user = User.objects.create_user("helper", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_user", "change_user", "delete_user")))
    client.force_login(user)
    return client


def act(client: Client, action: str, *agents: Agent) -> list[str]:
    """What the list says after an action on the agents."""
    data = {"action": action, "_selected_action": [agent.pk for agent in agents]}
    answer = client.post(reverse("admin:agents_agent_changelist"), data, follow=True)
    return [str(message) for message in answer.context["messages"]]


def form_of(agent: Agent, **changes: Any) -> dict[str, Any]:
    return {
        "name": agent.name,
        "user": agent.user_id,
        "role": agent.role,
        "is_active": "on" if agent.is_active else "",
        "team": agent.team_id,
        "profile": agent.profile_id or "",
        "skills-TOTAL_FORMS": 0,
        "skills-INITIAL_FORMS": 0,
        **changes,
    }


def test_set_idle_moves_the_agents_and_says_who_refused(
    administrator: Client, alice_available: Agent, bob: Agent
) -> None:
    said = act(administrator, "set_idle", alice_available, bob)
    assert cast.fresh(alice_available).state == "idle"
    assert Spell.objects.get(agent=alice_available, ended_at=None).caused_by.username == "root"
    assert any("Alice" in line and "Idle now" in line for line in said)
    assert any(line.startswith("Bob:") for line in said)


def test_sign_out_is_refused_while_a_chat_is_open(administrator: Client, alice_with_carol: Any, bob: Agent) -> None:
    cast.sits_down(bob)
    said = act(administrator, "sign_out", alice_with_carol.agent, bob)
    assert cast.fresh(alice_with_carol.agent).state == "available"
    assert cast.fresh(bob).state == "offline"
    assert any("Alice: " in line and "1 chat" in line for line in said)


def test_who_is_made_inactive_is_signed_out(administrator: Client, alice_available: Agent) -> None:
    url = reverse("admin:agents_agent_change", args=[alice_available.pk])
    assert administrator.post(url, form_of(alice_available, is_active="")).status_code == 302
    assert (cast.fresh(alice_available).is_active, cast.fresh(alice_available).state) == (False, "offline")


def test_saving_an_agent_leaves_a_state_that_changed_meanwhile(administrator: Client, alice: Agent) -> None:
    url = reverse("admin:agents_agent_change", args=[alice.pk])
    administrator.get(url)
    cast.goes_available(alice)
    assert administrator.post(url, form_of(alice, name="Alice A.", state="offline")).status_code == 302
    assert (cast.fresh(alice).name, cast.fresh(alice).state) == ("Alice A.", "available")


@pytest.mark.parametrize(
    ("model", "url", "data"),
    [
        (IdleReason, "admin:agents_idlereason_add", {"name": "Tea", "order": 3, "is_default": "on", "is_active": "on"}),
        (
            MultimediaProfile,
            "admin:agents_multimediaprofile_add",
            {"name": "P", "kind": "blended", "voice": 0, "chat": 1, "email": 0, "social": 0, "is_default": "on"},
        ),
    ],
)
def test_a_second_default_is_refused_with_the_name_of_the_first(
    administrator: Client, model: Any, url: str, data: dict[str, Any]
) -> None:
    first = model.objects.get(is_default=True)
    answer = administrator.post(reverse(url), data)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors == {
        "is_default": [f"“{first}” is the default already. Take the mark off there first."]
    }


def test_the_audit_trail_keeps_before_and_after(administrator: Client, house: cast.House) -> None:
    data = {"name": "Lunch break", "order": 1, "is_active": "on"}
    administrator.post(reverse("admin:agents_idlereason_change", args=[house.lunch.pk]), data)
    row = LogEntry.objects.get()
    assert '["name", "Lunch", "Lunch break"]' in row.change_message
    listed = administrator.get(reverse("admin:admin_logentry_changelist")).content.decode()
    assert "Name: Lunch → Lunch break" in listed


def test_the_audit_trail_holds_no_card_number(administrator: Client, house: cast.House) -> None:
    data = {"name": f"Lunch {cast.CARD}", "order": 1, "is_active": "on"}
    administrator.post(reverse("admin:agents_idlereason_change", args=[house.lunch.pk]), data)
    assert "4111 1111" not in LogEntry.objects.get().change_message


def test_a_helper_neither_gives_rights_nor_touches_those_who_have_some(helper: Client, alice: Agent) -> None:
    root = User.objects.create_superuser("root")
    data = {"username": "alice", "is_active": "on", "is_staff": "on", "is_superuser": "on", "first_name": "Al"}
    assert helper.post(reverse("admin:agents_user_change", args=[alice.user_id]), data).status_code == 302
    changed = cast.fresh(alice.user)
    assert (changed.first_name, changed.is_staff, changed.is_superuser) == ("Al", False, False)
    assert helper.post(reverse("admin:agents_user_change", args=[root.pk]), data).status_code == 403
    new = {"password1": "correct horse battery", "password2": "correct horse battery", "usable_password": "true"}
    assert helper.post(reverse("admin:auth_user_password_change", args=[root.pk]), new).status_code == 403
    assert helper.post(reverse("admin:agents_user_delete", args=[root.pk]), {"post": "yes"}).status_code == 403


def test_roles_are_changed_by_full_administrators_only(helper: Client) -> None:
    user = User.objects.get(username="helper")
    user.user_permissions.add(*Permission.objects.filter(codename__in=("view_group", "change_group")))
    role = rows.MAKERS[Permission.group_set.rel.related_model]()
    assert helper.post(reverse("admin:auth_group_change", args=[role.pk]), {"name": "Mine"}).status_code == 403
    role.delete()


def test_the_list_says_the_state_in_shape_and_word(administrator: Client, alice_available: Agent) -> None:
    page = administrator.get(reverse("admin:agents_agent_changelist")).content.decode()
    assert '<span class="state available">' in page and "#g-available" in page and "Available</span>" in page


def test_who_stands_in_the_audit_trail_is_not_deleted(administrator: Client, house: cast.House) -> None:
    entry = rows.MAKERS[LogEntry]()
    administrator.post(reverse("admin:agents_user_delete", args=[entry.user_id]), {"post": "yes"})
    data = {"action": "delete_selected", "_selected_action": [entry.user_id], "post": "yes"}
    administrator.post(reverse("admin:agents_user_changelist"), data)
    assert LogEntry.objects.filter(pk=entry.pk).exists()
    assert User.objects.filter(pk=entry.user_id).exists()


def test_a_queue_with_decisions_is_not_deleted(administrator: Client, house: cast.House) -> None:
    decision = rows.decision()
    administrator.post(reverse("admin:routing_queue_delete", args=[decision.queue_id]), {"post": "yes"})
    assert type(decision).objects.filter(pk=decision.pk).exists()
