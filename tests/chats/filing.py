"""Files as a customer or an agent sends them, and as the worker looks at them."""

from typing import Any

from chats import operations
from chats.attachments import PART_SIZE
from chats.models import Attachment, Chat, Entry
from chats.senders import Sender
from chats.tasks import scan_file
from tests import cast
from tests.lib.pci import made_files as made

CARD_FILE = made.docx("4111111111111111")
GOOD = made.docx("hello")


def uploaded(chat: Chat, by: Sender, data: bytes = GOOD, name: str = "a.docx") -> Attachment:
    """The file is complete and waits to be looked at."""
    row = operations.announce(cast.fresh(chat), by=by, name=name, size=len(data))
    for number in range(1, row.parts + 1):
        part = data[(number - 1) * PART_SIZE : number * PART_SIZE]
        row = operations.receive(chat, row.pk, number, part, by=by)
    return row


def sent(chat: Chat, by: Sender, *rows: Attachment, text: str = "see here", cid: str = "") -> Any:
    ids = [row.pk for row in rows]
    return operations.post(cast.fresh(chat), by=by, cid=cid or cast.new_cid(), text=text, attachments=ids)


def looked_at(row: Attachment) -> Attachment:
    assert scan_file(str(row.pk))
    return cast.fresh(row)


def statuses(entry: Entry) -> list[tuple[str, str | None]]:
    return [(card["status"], card["reason"]) for card in entry.attachments]
