"""A label printer's agent for tests: what docs/badges.md asks of one, and nothing is printed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT = 9180
DATA_MAX = 1024 * 1024


class Agent:
    """Takes labels on loopback. ``trouble`` is why the printer does not print, or empty."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.trouble = ""
        self.dpi = 203

    def status(self) -> dict[str, Any]:
        state = "error" if self.trouble else "ready"
        return {"state": state, "dpi": self.dpi, "reason": self.trouble}

    def take(self, job: dict[str, Any]) -> int:
        """Return 202 for a label that is printed, 409 for one that was, 503 while it cannot be."""
        if job["job_id"] in self.labels:
            return 409
        if self.trouble:
            return 503
        self.labels[job["job_id"]] = job["data"]
        return 202


def _handler(agent: Agent) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._answer(204)

        def do_GET(self) -> None:
            if self.path == "/status":
                self._answer(200, agent.status())
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            if self.path != "/print" or not 0 < length <= DATA_MAX:
                self._answer(404, {})
                return
            code = agent.take(json.loads(self.rfile.read(length)))
            self._answer(code, {"reason": agent.trouble} if code == 503 else {})

        def _answer(self, code: int, body: dict[str, Any] | None = None) -> None:
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(code)
            # Only a page that the kiosk's address serves may print; tests have one at any port.
            self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", ""))
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
            self.send_header("Access-Control-Allow-Private-Network", "true")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *said: Any) -> None:
            pass

    return Handler


@contextmanager
def label_printer() -> Iterator[Agent]:
    agent = Agent()
    server = ThreadingHTTPServer(("127.0.0.1", PORT), _handler(agent))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield agent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
