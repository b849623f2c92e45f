"""`python -m contactcenter.browser` prints the path of a Chromium that runs here, and gets one when there is none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
APT = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])


def main() -> int:
    """Print the path (status 0), or say in one sentence on stderr what to do (status 1)."""
    asked = os.environ.get("CHROMIUM")
    if asked:
        if _works(asked):
            return _found(asked)
        return _sorry(f"CHROMIUM={asked} does not run: correct it or unset it.")
    browser = _find() or _install_with_apt() or _install_with_playwright()
    if browser:
        return _found(browser)
    return _sorry(
        "Chromium is needed for the browser tests and could not be installed: install it "
        "(Debian: apt install chromium; macOS: brew install --cask chromium), or set CHROMIUM to its path."
    )


def _found(path: str) -> int:
    sys.stdout.write(f"{path}\n")
    return 0


def _sorry(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


def _find() -> str | None:
    return next((path for path in _candidates() if _works(path)), None)


def _candidates() -> Iterator[str]:
    for name in NAMES:
        path = shutil.which(name)
        if path:
            yield path
    yield from MACOS
    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _works(path: str) -> bool:
    """True when it is there and its libraries are too (Ubuntu has a chromium-browser that only asks for a snap)."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)  # noqa: S603 a browser
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _install_with_apt() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    sys.stderr.write("Installing Chromium with apt-get …\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in APT:
        if subprocess.run(command, stdout=sys.stderr, env=environment, check=False).returncode != 0:  # noqa: S603 fixed words
            return None
    return _find()


def _install_with_playwright() -> str | None:
    sys.stderr.write("Installing Chromium with playwright, some 170 MB …\n")
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        command.append("--with-deps")
    # When it fails it writes a stack trace; the sentence at the end says more.
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 fixed words
    return _find() if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
