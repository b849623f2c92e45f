"""The product's JavaScript in a real Chromium without the product's server: a static site with an empty page."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = b"<!doctype html><html lang=en><meta charset=utf-8><title>Empty</title><body></body></html>"


class _Handler(SimpleHTTPRequestHandler):
    """Serves the rooms' static folders under /static/ as one tree, and one page everywhere else."""

    def __init__(self, *arguments: Any, page: bytes, policy: str, **options: Any) -> None:
        self.page = page
        self.policy = policy
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.page)))
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(self.page)

    def translate_path(self, path: str) -> str:
        relative = super().translate_path(path.removeprefix("/static"))
        room = Path(relative).relative_to(ROOT).parts[0]
        return str(ROOT / room / "static" / Path(relative).relative_to(ROOT))

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


@contextmanager
def static_site(*, page: bytes = PAGE, policy: str = "") -> Iterator[str]:
    """Origin of the running site; `page` stands at every address outside /static/, under the security policy."""
    handler = partial(_Handler, directory=str(ROOT), page=page, policy=policy)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window; CHROMIUM names the program."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGS)
        try:
            yield browser
        finally:
            browser.close()
