"""All invariants of the house, as `urls.py` has all its addresses."""

import agents.invariants
import chats.invariants
import wrapup.invariants

INVARIANTS = (
    *chats.invariants.INVARIANTS,
    *wrapup.invariants.INVARIANTS,
    *agents.invariants.INVARIANTS,
)
