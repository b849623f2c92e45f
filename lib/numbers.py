"""Numbers that somebody typed into an address or a frame."""


def whole(text: str, *, digits: int = 10) -> int | None:
    """The number from 0 that stands there in plain figures, at most so many; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
