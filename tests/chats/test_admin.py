"""The administration of chats: reading them, finding them, trying the chatbot, and nothing that writes."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import User
from chats.models import BotAnswer, CannedResponse, Chat
from tests import cast


@pytest.fixture
def administrator(house: cast.House, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def page(client: Client, chat: Chat) -> str:
    return client.get(reverse("admin:chats_chat_change", args=[chat.pk])).content.decode()


def found(client: Client, q: str) -> list[Any]:
    answer = client.get(reverse("admin:chats_chat_changelist"), {"q": q})
    return [row.pk for row in answer.context["cl"].result_list]


def test_a_transcript_is_text_and_nothing_else(administrator: Client, carol_chat: Chat) -> None:
    cast.customer_says(carol_chat, '<script>alert("hello")</script>')
    shown = page(administrator, carol_chat)
    assert "&lt;script&gt;alert(" in shown
    assert '<script>alert("hello")' not in shown


def test_a_transcript_says_what_happened_and_that_something_was_masked(
    administrator: Client, alice_with_carol: Any
) -> None:
    cast.customer_says(alice_with_carol.chat, f"my card is {cast.CARD}")
    shown = page(administrator, alice_with_carol.chat)
    assert "Alice joined" in shown
    assert cast.MASKED_CARD in shown and cast.CARD not in shown
    assert "masked: card number" in shown


def test_a_chat_is_found_by_name_mail_and_part_of_an_id(administrator: Client, house: cast.House) -> None:
    chat = cast.comes_in(house.entry_point, name="Xenia Berg", email="xenia@mail.example").chat
    cast.comes_in(house.entry_point, name="Somebody Else")
    visitor = chat.customer.visitor
    for q in (
        "xenia b",
        "xenia@",
        str(chat.pk)[:13],
        str(chat.pk),
        visitor if any(c.isdigit() for c in visitor) else "xenia",
    ):
        assert found(administrator, q) == [chat.pk], q
    assert found(administrator, "berg") == []


def test_a_chat_offers_nothing_to_change(administrator: Client, carol_chat: Chat) -> None:
    url = reverse("admin:chats_chat_change", args=[carol_chat.pk])
    assert administrator.post(url, {"state": "ended"}).status_code == 403
    assert 'name="_save"' not in page(administrator, carol_chat)
    assert cast.fresh(carol_chat).state == "queued"


def test_the_trial_gives_the_answer_the_chatbot_would_give(administrator: Client, house: cast.House) -> None:
    BotAnswer.objects.create(entry_point=house.entry_point, triggers="opening hours", text="From nine to five.")
    other = BotAnswer.objects.create(entry_point=house.entry_point, triggers="refund", hands_over=True, language="de")
    url = reverse("admin:chats_botanswer_try")
    data = {"entry_point": house.entry_point.pk, "language": "en", "text": "What are your openning hours?"}
    result = administrator.post(url, data).context["result"]
    assert result.given.text == "From nine to five."
    assert other not in [candidate.answer for candidate in result.closest]
    nothing = administrator.post(url, {**data, "text": "My cat is blue"})
    assert nothing.context["result"].given is None
    assert "hands over to a person" in nothing.content.decode()


def test_the_trial_is_not_for_everybody(house: cast.House, client: Client) -> None:
    client.force_login(User.objects.create_user("reader", is_staff=True))
    assert client.get(reverse("admin:chats_botanswer_try")).status_code == 403


def test_an_entry_point_shows_the_snippet_to_paste(administrator: Client, house: cast.House) -> None:
    url = reverse("admin:routing_entrypoint_change", args=[house.entry_point.pk])
    shown = administrator.get(url).content.decode()
    assert '&lt;script src="http://testserver/static/chats/widget.js" data-entry-point="help" async&gt;' in shown
    assert reverse("widget", args=["help"]) in shown


def test_a_shortcut_that_is_taken_is_refused_with_the_name_of_who_has_it(
    administrator: Client, house: cast.House
) -> None:
    CannedResponse.objects.create(title="Greeting", shortcut="hi", text="Hello")
    data = {"title": "Other", "shortcut": "hi", "language": "", "text": "Hi"}
    form = administrator.post(reverse("admin:chats_cannedresponse_add"), data).context["adminform"].form
    assert form.errors == {"shortcut": ["“Greeting” has this shortcut already, in the same language."]}


def test_a_new_text_of_a_canned_response_keeps_its_count(administrator: Client, house: cast.House) -> None:
    row = CannedResponse.objects.create(title="Greeting", text="Hello", used=7)
    data = {"title": "Greeting", "shortcut": "", "language": "", "text": f"Not {cast.CARD}"}
    assert administrator.post(reverse("admin:chats_cannedresponse_change", args=[row.pk]), data).status_code == 302
    assert (cast.fresh(row).used, cast.fresh(row).text) == (7, f"Not {cast.MASKED_CARD}")
