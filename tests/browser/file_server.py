"""The HTTP side of files as a page sees it, with misbehaviour on order."""

import json
import re
from collections import deque
from typing import Any

from playwright.sync_api import Page, Route

PART = 4  # bytes
ADDRESS = re.compile(r"/api/v1/chats/[^/]+/attachments/(?:(?P<id>[^/]+)/(?:parts/(?P<part>\d+)/)?)?")


class FileServer:
    """Files of four bytes a part, kept in memory. `faults` holds what happens to the next parts, one word each:

    "cut" (nothing arrives), "lost" (it arrives, the answer doesn't), "busy" (503), "gone" (404), "ok".
    """

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.faults: deque[str] = deque()
        self.asked: list[str] = []
        self.refusals: dict[str, tuple[int, dict[str, Any]]] = {}

    def serve(self, page: Page) -> None:
        """From now on the page's requests come here."""
        page.route("**/api/v1/chats/**", self._answer)

    def _answer(self, route: Route) -> None:
        match = ADDRESS.search(route.request.url)
        assert match is not None
        number = int(match["part"] or 0)
        self.asked.append(f"{route.request.method} {match['id'] or ''}{f' {number}' if number else ''}".strip())
        if route.request.method == "POST":
            self._announce(route)
        elif route.request.method == "DELETE":
            self.files.pop(match["id"], None)
            route.fulfill(status=204)
        else:
            self._take(route, match["id"], number)

    def _announce(self, route: Route) -> None:
        form = json.loads(route.request.post_data or "")
        if form["name"] in self.refusals:
            status, error = self.refusals[form["name"]]
            route.fulfill(status=status, json=error)
            return
        name = f"id{len(self.files)}"
        parts = -(-form["size"] // PART)
        self.files[name] = {**form, "parts": parts, "received": {}}
        route.fulfill(status=201, json={"id": name, "parts": parts, "part_size": PART})

    def _take(self, route: Route, name: str, number: int) -> None:
        fault = self.faults.popleft() if self.faults else "ok"
        if fault == "cut":
            route.abort("connectionreset")
            return
        if fault in ("busy", "gone") or name not in self.files:
            route.fulfill(status=503 if fault == "busy" else 404, json={"code": "unavailable", "message": ""})
            return
        file = self.files[name]
        file["received"][number] = route.request.post_data_buffer
        if fault == "lost":
            route.abort("connectionreset")
        elif len(file["received"]) < file["parts"]:
            route.fulfill(status=202, json={"id": name, "received": sorted(file["received"])})
        else:
            route.fulfill(
                json={"id": name, "name": file["name"], "size": file["size"], "type": "txt", "status": "scanning"}
            )

    def content(self, name: str) -> bytes:
        """The bytes that have arrived, in order."""
        received = self.files[name]["received"]
        return b"".join(received[number] for number in sorted(received))
