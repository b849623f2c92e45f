"""Holds every frame that anybody hears to its declared type."""

import json
from typing import Any

import msgspec

from contactcenter import frames

MOST_KEPT = 5


class Checked:
    """`problems` has a sentence for each frame, up to a few, that isn't as declared."""

    def __init__(self) -> None:
        self.count = 0
        self.problems: list[str] = []

    def hear(self, frame: dict[str, Any]) -> None:
        """Look at one frame."""
        self.count += 1
        reasons = []
        for kind in kinds_of(frame):
            try:
                msgspec.convert(frame, kind)
                return
            except msgspec.ValidationError as error:
                reasons.append(f"{kind.__name__}: {error}")
        if len(self.problems) < MOST_KEPT:
            self.problems.append(f"{json.dumps(frame)[:300]} is none of {reasons}")


def kinds_of(frame: dict[str, Any]) -> list[type[Any]]:
    """The declared types with the frame's `type`."""
    every = (*frames.ANSWERS, *frames.CUSTOMER, *frames.DESK)
    return [kind for kind in dict.fromkeys(every) if kind.__struct_config__.tag == frame.get("type")]
