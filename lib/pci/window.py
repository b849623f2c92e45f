"""Numbers one sender split over several messages."""

from collections.abc import Collection, Sequence

from lib.pci.mask import DEFAULT_DETECTORS, Masked, Span, mask


def join_pieces(pieces: Sequence[str], detectors: Collection[str] = DEFAULT_DETECTORS) -> list[Masked]:
    """One Masked per piece, oldest first; pieces that together complete a card are masked."""
    joined = mask("\n".join(pieces), detectors)
    result, place = [], 0
    for piece in pieces:
        end = place + len(piece)
        own = tuple(
            Span(f.detector, max(f.start, place) - place, min(f.end, end) - place)
            for f in joined.findings
            if f.start < end and f.end > place
        )
        result.append(Masked(joined.text[place:end], own))
        place = end + 1
    return result
