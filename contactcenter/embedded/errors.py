"""What went wrong, as one sentence for the person at the terminal."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class CannotStart(Exception):
    """Carries one sentence that says what is wrong and what to do about it."""


def disk_full(folder: Path) -> str:
    """The sentence for a disk without space for `folder`."""
    return f"The disk that holds {folder} is full: free some space and start again."


def damaged(what: Path, why: str, remove: Path) -> str:
    """The sentence for something of ours that cannot be used any more; `remove` is the folder or file to throw away."""
    return f"{what} is damaged ({why}): remove {remove} and start again; what was stored in it is lost."


@contextmanager
def in_plain_words(folder: Path) -> Iterator[None]:
    """Inside, every OSError becomes a CannotStart that names the file and the cure."""
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        if error.errno in FULL:
            sentence = disk_full(folder)
        elif error.errno in FORBIDDEN:
            sentence = (
                f"{where} belongs to another user or is read-only: change its owner, or remove it and start again."
            )
        elif error.errno in {errno.ENOTDIR, errno.EISDIR}:
            sentence = f"{where} is not what it should be: remove it and start again."
        else:
            sentence = f"{where} cannot be used: {error.strerror or error}."
        raise CannotStart(sentence) from error
