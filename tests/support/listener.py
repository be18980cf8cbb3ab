"""A server that takes alerts and heartbeats."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Listener:
    """A running server: where it is, what it answers, and what it was sent."""

    port: int
    status: int = 200
    location: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)


@contextmanager
def listening(status: int = 200, location: str = "") -> Iterator[Listener]:
    """Answer everything with ``status``; the first answer leads to ``location``, if given."""
    listener = Listener(0, status, location)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            listener.asked.append((self.command, self.path, body))
            leads_on = listener.location and len(listener.asked) == 1
            self.send_response(302 if leads_on else listener.status)
            if leads_on:
                self.send_header("Location", listener.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
