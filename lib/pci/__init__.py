"""Card and personal data: find it in plain text and mask it. Pure: no Django, no input or output, linear time."""

from lib.pci.mask import DEFAULT_DETECTORS, Masked, Span, mask

__all__ = ["DEFAULT_DETECTORS", "Masked", "Span", "mask"]
