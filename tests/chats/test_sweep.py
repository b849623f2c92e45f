"""What a sweep tells and does, in this process."""

from chats import tasks
from chats.models import Chat
from tests import cast


def test_customers_are_told_when_waiting_alone_changes_their_order(house: cast.House) -> None:
    cast.Queue.objects.update(ageing=60)
    old = cast.comes_in(house.entry_point).chat
    cast.has_waited(old, 61)
    assert tasks.sweep()["overtaken"] == 0, "alone, or among equals, nobody overtakes"
    cast.comes_in(house.entry_point)
    assert tasks.sweep()["overtaken"] == 0
    Chat.objects.filter(pk=old.pk).update(priority=8)
    assert tasks.sweep()["overtaken"] == 1
    cast.has_waited(old, 90)
    assert tasks.sweep()["overtaken"] == 0, "nobody's priority has just grown"
    cast.has_waited(old, 8 * 60 + 1)
    assert tasks.sweep()["overtaken"] == 0, "nobody is better than the first"
