"""Who may do what in a chat: the rights of the roles, as the desk's buttons show them. Pure; the verbs check again."""

OWNER, GUEST, MONITOR = "owner", "guest", "monitor"
TRANSFER, CONFERENCE = "transfer", "conference"

LEADS = {
    "connected": ("transfer", "conference", "end"),
    "customer_away": ("transfer", "conference", "end"),
    "transfer_requested": ("transfer_cancel",),
    "conference_requested": ("conference_cancel",),
    "conference": ("conference_end", "hand_over"),
}


def status(*, asked: str, agents: int, away: bool) -> str:
    """How it stands in a connected chat with so many agents; `asked`: the kind of the live request, or empty."""
    if asked == TRANSFER:
        return "transfer_requested"
    if asked == CONFERENCE:
        return "conference_requested"
    if agents > 1:
        return "conference"
    return "customer_away" if away else "connected"


def allowed(role: str, status: str, *, attach: bool, supervises: bool) -> list[str]:
    """What may be done from this place; `supervises`: he is a supervisor of who leads."""
    if role == MONITOR:
        barge_in = ("barge_in",) if status in ("connected", "customer_away") else ()
        take_over = ("take_over",) if supervises else ()
        return ["whisper", *barge_in, *take_over, "supervise_leave"]
    talk = ["send", "canned", *(["attach"] if attach else [])]
    if role == GUEST:
        return [*talk, "conference_exit", *(["take_over"] if supervises else [])]
    return [*talk, *LEADS.get(status, ())]
