"""Log lines that tell what failed without what people wrote."""

import logging
import re
from types import TracebackType

from lib.pci.mask import mask

ROW_CONTENT = re.compile(
    r"^(DETAIL|CONTEXT|PARAMETERS|STATEMENT):.*(?:\n(?![A-Z]\w+Error|Traceback|\s+File ).*)*", re.MULTILINE
)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """Leaves out what databases add to their errors, the content of the row that failed, and masks card data."""

    def format(self, record: logging.LogRecord) -> str:
        """The line and its traceback; an address or a header that somebody filled with a card is masked."""
        return mask(super().format(record)).text

    def formatException(self, ei: ExcInfo) -> str:
        """The traceback without row contents."""
        return ROW_CONTENT.sub(r"\1: (left out of the log)", super().formatException(ei))
