"""The pages: widget, health, and the policy that comes with each of them."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from agents.models import Agent, User
from routing.models import BusinessHours, EntryPoint, Queue
from tests import cast
from tests.races.race import held


def test_the_house_is_ready(committed: None, client: Client) -> None:
    assert client.get("/livez").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_the_widget_knows_whether_it_is_open(house: cast.House, client: Client) -> None:
    assert client.get("/widget/help/").context["page_config"]["open"] is True
    house.queue.hours = BusinessHours.objects.create(name="Never")
    house.queue.save()
    EntryPoint.objects.update(closed_message="Tomorrow.")
    config = client.get("/widget/help/").context["page_config"]
    assert (config["open"], config["closed_message"]) == (False, "Tomorrow.")


def test_where_the_queue_was_switched_off_the_widget_is_closed(house: cast.House, client: Client) -> None:
    EntryPoint.objects.update(takes_messages=True, closed_message="No longer.")
    Queue.objects.update(is_active=False)
    config = client.get("/widget/help/").context["page_config"]
    assert (config["open"], config["takes_messages"]) == (False, False)
    for what, form in (("chats", {"name": "Carol"}), ("messages", {"email": "c@example.org", "text": "Hello"})):
        answer = client.post(f"/api/v1/widget/help/{what}/", form, content_type="application/json")
        assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (409, "closed", "No longer.")


def test_a_page_whose_row_somebody_holds_says_so(house: cast.House, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    address = reverse("admin:routing_queue_change", args=[house.queue.pk])
    page = client.get(address).context
    saved = {name: value for name, value in page["adminform"].form.initial.items() if value is not None}
    sets = (inline.formset.prefix for inline in page["inline_admin_formsets"])
    inlines = {f"{prefix}-{what}_FORMS": 0 for prefix in sets for what in ("TOTAL", "INITIAL")}
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    with held(house.queue):
        answer = client.post(address, {**saved, **inlines, "name": "Renamed"})
    assert answer.status_code == 503, answer.context and answer.context["errors"]
    assert answer["Retry-After"] == "5"
    assert "try again" in answer.content.decode()


def test_an_unknown_widget_is_not_found(house: cast.House, client: Client) -> None:
    assert client.get("/widget/nowhere/").status_code == 404
    EntryPoint.objects.update(is_active=False)
    assert client.get("/widget/help/").status_code == 404


def test_only_the_entry_points_sites_may_frame_the_widget(house: cast.House, client: Client) -> None:
    EntryPoint.objects.update(origins=["https://shop.example"])
    response = client.get("/widget/help/")
    assert "X-Frame-Options" not in response
    ancestors = next(
        part for part in response["Content-Security-Policy"].split(";") if part.strip().startswith("frame-ancestors")
    )
    assert "https://shop.example" in ancestors
    assert "*" not in ancestors


@pytest.mark.parametrize("address", ["/accounts/login/", "/widget/help/", "/livez"])
def test_no_page_allows_inline_scripts(house: cast.House, client: Client, address: str) -> None:
    policy = client.get(address)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_pictures_from_memory_are_for_the_pages_that_show_files_only(alice: Agent, client: Client) -> None:
    assert "blob:" not in client.get("/accounts/login/")["Content-Security-Policy"]
    client.force_login(alice.user)
    for address in ("/desk/", "/widget/help/"):
        parts = client.get(address)["Content-Security-Policy"].split(";")
        assert [part.strip() for part in parts if "blob:" in part] == ["img-src 'self' data: blob:"]


@pytest.mark.parametrize("path", ["/desk/", "/admin/"])
def test_a_stranger_is_sent_to_the_log_in(house: cast.House, client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert "/login/" in response["Location"]


def test_a_name_that_holds_html_stays_text(house: cast.House, client: Client) -> None:
    EntryPoint.objects.update(name="</script><script>alert(1)</script>")
    assert b"<script>alert" not in client.get("/widget/help/").content
