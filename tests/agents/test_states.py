"""The table of an agent's moves."""

from agents.states import TRANSITIONS, State


def test_every_move_leads_from_a_state_to_a_state() -> None:
    for moves in TRANSITIONS.values():
        assert set(moves) | set(moves.values()) <= set(State.values)


def test_rona_is_never_chosen_and_only_left_by_choice_or_by_going() -> None:
    into = {verb for verb, moves in TRANSITIONS.items() if State.RONA in moves.values()}
    out_of = {verb for verb, moves in TRANSITIONS.items() if moves.get(State.RONA, State.RONA) != State.RONA}
    assert into == {"miss"}
    assert out_of == {"become_available", "go_idle", "sign_out", "lapse", "time_out"}


def test_signing_in_is_the_only_way_in_and_starts_idle() -> None:
    assert {verb for verb, moves in TRANSITIONS.items() if State.OFFLINE in moves} == {"sign_in"}
    assert TRANSITIONS["sign_in"] == {State.OFFLINE: State.IDLE}
