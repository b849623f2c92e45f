"""The chatbot's turn: it answers, hands over where people are there, or says that nobody is and stays."""

from django.utils.translation import override

from chats import bot, policies
from chats.events import ChatChanged
from chats.models import Chat
from chats.operations import lines, pieces
from chats.operations.enqueue import hand_over
from chats.operations.overflow import way_in
from chats.screening import Screened, clean
from chats.senders import BOT, Sender
from chats.states import State
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish


def let_bot_answer(chat: Chat, text: str, *, by: Sender) -> None:
    """The chatbot has answered the customer. Nothing happens in a chat that it doesn't lead. Call locked.

    A file without words is for people: only they can see what is in it.
    """
    if chat.state != State.BOT or by.kind != "customer":
        return
    reply = bot.answer(text, entry_point_id=chat.entry_point_id, language=chat.language)
    if not reply.hands_over:
        _say(chat, reply.text, quick_replies=list(reply.quick_replies))
        return
    try:
        queue = way_in(chat.entry_point, database_now(), chat.language)
    except Refused as nobody:
        _stay(chat, nobody)
        return
    if reply.text:
        _say(chat, reply.text, quick_replies=list(reply.quick_replies))
    chat.queue = queue
    hand_over(chat, by=by)


def _stay(chat: Chat, nobody: Refused) -> None:
    """Nobody is there: the chatbot says so, offers a message where one may be left, and goes on answering."""
    with override(chat.language):
        words = str(nobody.message)
    offer = {"leave_message": nobody.code} if chat.entry_point.takes_messages else {}
    openers = bot.openers(chat.entry_point_id, language=chat.language, people=False)
    _say(chat, words, quick_replies=openers, **offer)


def _say(chat: Chat, words: str, **data: object) -> None:
    """The chatbot's line stands, and the customer's buttons are those under it.

    What settings say is masked under either policy, also when it completes a number.
    """
    if words:
        now, policy = database_now(), policies.of_queue(chat.queue_id).screening._replace(drop=False)
        screened = Screened(str(clean(words, policy)[0]), [], None)
        joined = pieces.look_back(chat, by=BOT, screened=screened, policy=policy, at=now)
        pieces.mask_earlier(chat, joined, by=BOT, at=now)
        lines.append(chat, "message", by=BOT, at=now, screened=joined.screened, data=data)
        publish(ChatChanged(chat_id=chat.pk))
