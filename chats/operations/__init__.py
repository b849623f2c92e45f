"""All conversation verbs. Outside code imports them from here; no file imports a later one of this list."""

from chats.operations.direct import set_state, sign_out_member
from chats.operations.distribute import distribute, distribute_for, one_pass
from chats.operations.end import abandon, end, leave, rate, release
from chats.operations.enqueue import hand_over, requeue
from chats.operations.files import announce, cancel, judge, look_again, receive, sweep_away
from chats.operations.lines import look_at
from chats.operations.message import due_messages, take_message, take_up
from chats.operations.moving import (
    cancel_conference,
    cancel_transfer,
    end_conference,
    exit_conference,
    hand_over_conference,
    request_conference,
    transfer,
)
from chats.operations.offers import accept, accept_all, lapse, withdraw, withdraw_all
from chats.operations.open import open
from chats.operations.overflow import overflow, turn_away, wait_is_over
from chats.operations.post import post
from chats.operations.presence import (
    agent_lost,
    customer_away,
    customer_here,
    customer_lost,
    give_up,
    seen,
    sign_in,
    sign_out,
    time_out,
    typing,
)
from chats.operations.supervise import barge_in, end_lost_watches, leave_supervision, monitor, take_over, whisper

__all__ = [
    "abandon",
    "accept",
    "accept_all",
    "agent_lost",
    "announce",
    "barge_in",
    "cancel",
    "cancel_conference",
    "cancel_transfer",
    "customer_away",
    "customer_here",
    "customer_lost",
    "distribute",
    "distribute_for",
    "due_messages",
    "end",
    "end_conference",
    "end_lost_watches",
    "exit_conference",
    "give_up",
    "hand_over",
    "hand_over_conference",
    "judge",
    "lapse",
    "leave",
    "leave_supervision",
    "look_again",
    "look_at",
    "monitor",
    "one_pass",
    "open",
    "overflow",
    "post",
    "rate",
    "receive",
    "release",
    "request_conference",
    "requeue",
    "seen",
    "set_state",
    "sign_in",
    "sign_out",
    "sign_out_member",
    "sweep_away",
    "take_message",
    "take_over",
    "take_up",
    "time_out",
    "transfer",
    "turn_away",
    "typing",
    "wait_is_over",
    "whisper",
    "withdraw",
    "withdraw_all",
]
