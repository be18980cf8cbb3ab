"""A real web server on loopback for tests: pages from a dictionary, every request remembered."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HELD_AT_MOST = 60
"""Seconds that an answer is held back where a failing test never asks for it."""


@dataclass(slots=True)
class Answer:
    """One answer: status, body and headers. It is held back until ``after`` is set."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after: threading.Event | None = None


@dataclass(slots=True)
class FakePortal:
    """A running server: its address, its pages by path, and the paths asked for, in order."""

    origin: str
    pages: dict[str, Answer]
    asked: list[str] = field(default_factory=list)
    first: dict[str, list[Answer]] = field(default_factory=dict)  # given before the page itself


@contextmanager
def serving(pages: Mapping[str, bytes | Answer]) -> Iterator[FakePortal]:
    """Serve ``pages`` (by path with query) on a free port until the block ends."""
    answers = {
        path: page if isinstance(page, Answer) else Answer(page) for path, page in pages.items()
    }
    portal = FakePortal("", answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            portal.asked.append(self.path)
            answer = portal.pages.get(self.path, Answer(b"not found", 404))
            if portal.first.get(self.path):
                answer = portal.first[self.path].pop(0)
            if answer.after is not None:
                answer.after.wait(HELD_AT_MOST)
            self.send_response(answer.status)
            headers = {"Content-Type": "text/html; charset=utf-8", **answer.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            """Say nothing of clients that were killed."""

    server = Server(("127.0.0.1", 0), Handler)
    portal.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
