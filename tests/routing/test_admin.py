"""The administration of routing: warnings, origins, and decisions in plain sentences."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from agents.models import User
from routing.explanation import explain
from routing.models import EntryPoint, Queue
from tests import cast
from tests.house import rows


@pytest.fixture
def administrator(house: cast.House, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def queue_form(*groups: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": "New",
        "is_active": "on",
        "mode": "longest_available",
        "priority": 5,
        "offer_timeout": 30,
        "service_level_seconds": 60,
        "service_level_percent": 80,
        "max_waiting": 0,
        **dict.fromkeys(("ageing", "preferred_seconds", "language_seconds", "max_wait", "transfer_bump"), 0),
        "requirements-TOTAL_FORMS": 0,
        "requirements-INITIAL_FORMS": 0,
        "groups-TOTAL_FORMS": len(groups),
        "groups-INITIAL_FORMS": 0,
    }
    for index, group in enumerate(groups):
        data |= {f"groups-{index}-{name}": value for name, value in group.items()}
    return data


def entry_form(house: cast.House, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Shop",
        "slug": "shop",
        "is_active": "on",
        "queue": house.queue.pk,
        "languages": "de,en",
        "origins": "https://shop.example\r\nhttps://www.shop.example:8443/",
        "ask_name": "optional",
        "ask_email": "optional",
        "ask_subject": "off",
        "away_timeout": 300,
        "answers-TOTAL_FORMS": 0,
        "answers-INITIAL_FORMS": 0,
        **changes,
    }


@pytest.mark.parametrize(
    ("groups", "warning"),
    [
        ((), "Nobody serves this queue yet"),
        (({"after": 90},), "Nobody is asked during the first 90 seconds"),
        (({"after": 0},), None),
    ],
)
def test_a_queue_that_nobody_serves_is_pointed_out(
    administrator: Client, house: cast.House, groups: tuple[dict[str, Any], ...], warning: str | None
) -> None:
    data = queue_form(*({**group, "teams": house.team.pk} for group in groups))
    answer = administrator.post(reverse("admin:routing_queue_add"), data, follow=True)
    said = " ".join(str(message) for message in answer.context["messages"] if message.level_tag == "warning")
    assert Queue.objects.filter(name="New").exists()
    assert (warning in said) if warning else not said


def test_an_entry_point_keeps_languages_in_their_order_and_origins_bare(
    administrator: Client, house: cast.House
) -> None:
    assert administrator.post(reverse("admin:routing_entrypoint_add"), entry_form(house)).status_code == 302
    row = EntryPoint.objects.get(slug="shop")
    assert row.languages == ["de", "en"]
    assert row.origins == ["https://shop.example", "https://www.shop.example:8443"]
    assert len(row.secret) == 43


def test_a_changed_entry_point_keeps_what_was_not_touched(administrator: Client, house: cast.House) -> None:
    EntryPoint.objects.filter(pk=house.entry_point.pk).update(languages=["de"], origins=["https://old.example"])
    url = reverse("admin:routing_entrypoint_change", args=[house.entry_point.pk])
    form = entry_form(house, name="Help", slug="help", languages="de", origins="https://new.example")
    assert administrator.post(url, form).status_code == 302
    changed = cast.fresh(house.entry_point)
    assert (changed.languages, changed.origins) == (["de"], ["https://new.example"])
    assert (changed.secret, changed.name) == (house.entry_point.secret, "Help")


@pytest.mark.parametrize(
    "origin",
    ["shop.example", "https://shop.example/path", "https://a.example; script-src *", "javascript:alert(1)", "https://*",
     "https://a.example:x", "https://user@a.example", "https://ä.example"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(administrator: Client, house: cast.House, origin: str) -> None:
    answer = administrator.post(reverse("admin:routing_entrypoint_add"), entry_form(house, origins=origin))
    assert answer.status_code == 200
    assert "is not an origin" in str(answer.context["adminform"].form.errors["origins"])


def test_the_secret_is_not_for_those_who_only_read(house: cast.House, administrator: Client) -> None:
    url = reverse("admin:routing_entrypoint_change", args=[house.entry_point.pk])
    assert house.entry_point.secret in administrator.get(url).content.decode()
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(_rights("view_entrypoint"))
    administrator.force_login(reader)
    answer = administrator.get(url)
    assert answer.status_code == 200
    assert house.entry_point.secret not in answer.content.decode()


def _rights(*codenames: str) -> Any:
    return User._meta.get_field("user_permissions").related_model.objects.filter(codename__in=codenames)


def test_a_new_secret_replaces_the_old_one(administrator: Client, house: cast.House) -> None:
    old = house.entry_point.secret
    data = {"action": "renew_secret", "_selected_action": [house.entry_point.pk]}
    administrator.post(reverse("admin:routing_entrypoint_changelist"), data)
    assert cast.fresh(house.entry_point).secret != old


def test_a_decision_says_who_why_and_why_not_the_others(house: cast.House, alice_with_carol: Any, bob: Any) -> None:
    row = rows.decision()
    told = explain(row)
    assert told.headline == f"{row.chosen.name} got the contact: of 2 agents signed in, nobody else could take it."
    assert "The contact had waited 0:41." in told.details
    assert any(line.startswith("Not asked yet, only after 2:00 of waiting") for line in told.details)
    won, lost = told.verdicts
    assert (won.name, won.chosen, won.sentence) == (row.chosen.name, True, "Chosen.")
    assert lost.sentence == "No free place: 3 of 3 contacts in hand."


def test_a_decision_for_nobody_says_so(house: cast.House) -> None:
    row = rows.decision()
    row.chosen, row.chosen_id, row.rule = None, None, "nobody"
    row.removed = {str(each["agent"]): "not_available" for each in row.snapshot["candidates"]}
    told = explain(row)
    assert told.headline == "2 agents of this queue's teams were signed in, but none could take the contact."
    assert {verdict.sentence for verdict in told.verdicts} == {"Not available."}


def test_a_rule_from_tomorrow_is_shown_by_its_name(house: cast.House) -> None:
    row = rows.decision()
    row.rule, row.removed = "best_skill", {key: "too_tired" for key in row.removed}
    told = explain(row)
    assert "“best_skill”" in told.headline
    assert any("“too_tired”" in verdict.sentence for verdict in told.verdicts)


def test_the_decision_page_is_readable(administrator: Client) -> None:
    row = rows.decision()
    with override("en"):
        page = administrator.get(reverse("admin:routing_decision_change", args=[row.pk])).content.decode()
    assert "nobody else could take it" in page
