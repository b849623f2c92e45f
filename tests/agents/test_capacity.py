"""What an agent can still take."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.capacity import Contacts, capacity_left


@dataclass
class Profile:
    kind: str
    voice: int = 1
    chat: int = 5
    email: int = 4
    social: int = 3


def test_nobody_without_a_profile() -> None:
    assert capacity_left(None, Contacts()) == Contacts(0, 0, 0, 0)


def test_blended_counts_each_channel_for_itself() -> None:
    assert capacity_left(Profile("blended"), Contacts(voice=1, chat=2, email=9)) == Contacts(0, 3, 0, 3)


@pytest.mark.parametrize(
    ("load", "left"),
    [
        (Contacts(), Contacts(1, 5, 4, 3)),
        (Contacts(voice=1), Contacts(0, 0, 4, 3)),
        (Contacts(chat=1), Contacts(0, 4, 4, 3)),
        (Contacts(email=4, social=1), Contacts(1, 5, 0, 2)),
    ],
)
def test_real_time_is_voice_or_chats(load: Contacts, left: Contacts) -> None:
    assert capacity_left(Profile("realtime"), load) == left


@pytest.mark.parametrize("channel", ["voice", "chat", "email", "social"])
def test_exclusive_is_one_contact_in_total(channel: str) -> None:
    assert capacity_left(Profile("exclusive"), Contacts()) == Contacts(1, 1, 1, 1)
    assert capacity_left(Profile("exclusive"), Contacts(**{channel: 1})) == Contacts(0, 0, 0, 0)


def test_exclusive_only_on_channels_ticked() -> None:
    assert capacity_left(Profile("exclusive", voice=0, social=0), Contacts()) == Contacts(0, 1, 1, 0)


numbers = st.integers(min_value=0, max_value=20)
contacts = st.builds(Contacts, numbers, numbers, numbers, numbers)


@given(st.sampled_from(["blended", "realtime", "exclusive"]), contacts, contacts)
def test_taking_what_is_left_never_passes_a_limit(kind: str, limits: Contacts, load: Contacts) -> None:
    profile = Profile(kind, *limits)
    left = capacity_left(profile, load)
    for channel, free in left._asdict().items():
        assert free >= 0
        if free:
            more = load._replace(**{channel: getattr(load, channel) + 1})
            assert getattr(more, channel) <= getattr(limits, channel)
            assert getattr(capacity_left(profile, more), channel) <= free - 1
            assert kind != "exclusive" or sum(more) == 1
