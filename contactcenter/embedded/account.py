"""Under whose name PostgreSQL runs, and where that user may keep its data. PostgreSQL refuses to run as root."""

import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contactcenter.embedded import ROOT
from contactcenter.embedded.errors import CannotStart
from contactcenter.embedded.home import Home

SHELTER = Path("/var/lib")


@dataclass(frozen=True)
class Account:
    """A user of this machine. `switch` is False when it is the user this process already is."""

    name: str
    uid: int
    gid: int
    switch: bool

    def options(self) -> dict[str, Any]:
        """Arguments for `subprocess` that make the new process run as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def may(self, flag: str, path: Path) -> bool:
        """What `test FLAG PATH` answers to this user; a folder on the way that cannot be entered means no."""
        return subprocess.run(["/bin/sh", "-c", f'test {flag} "$0"', path], cwd="/", **self.options()).returncode == 0  # noqa: S603 fixed words

    def own(self, path: Path) -> None:
        """`path` belongs to this user and to nobody else."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def service_account(data: Path) -> Account:
    """Who runs PostgreSQL on `data`: we, or, if we are root, the owner of the data or of the checkout, or nobody."""
    if os.geteuid() != 0:
        return Account(str(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    owners = [path.stat().st_uid for path in (data, ROOT) if path.exists()]
    names = {entry.pw_uid: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    # An owner without a name (a folder shared with a container) is of no use: PostgreSQL asks for its name.
    entry = next((names[owner] for owner in owners if owner in names), None) or next(
        (entry for entry in names.values() if entry.pw_name == "nobody"), None
    )
    if entry is None:
        raise CannotStart("PostgreSQL must not run as root and there is no user nobody: start as an ordinary user.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def shelter() -> Path:
    """A folder outside the checkout that everybody may enter, where only root can lay out something."""
    return SHELTER / f"contactcenter-{hashlib.sha256(bytes(ROOT)).hexdigest()[:12]}"


def data_folder(home: Home) -> Path:
    """Where the database of `home` lies: in it, or in the shelter when PostgreSQL's user cannot enter it (as /root)."""
    inside = home.path / "postgres"
    if os.geteuid() != 0 or service_account(inside).may("-x", home.path):
        return inside
    return shelter() / hashlib.sha256(bytes(home.path)).hexdigest()[:12] / "postgres"
