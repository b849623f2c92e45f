"""The pages: widget, health, and the policy that comes with each of them."""

import pytest
from django.test import Client

from agents.models import Agent
from routing.models import BusinessHours, EntryPoint
from tests import cast


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
