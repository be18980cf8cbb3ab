"""A server that takes alerts and heartbeats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.http_server import Answer, ServedRequest, http_server


@dataclass(slots=True)
class Listener:
    """A running server: where it is, what it answers, and what it was sent."""

    port: int
    status: int = 200
    location: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def answer(self, request: ServedRequest) -> Answer:
        """Remember method, path and body; the first answer leads to ``location``, if given."""
        self.asked.append((request.method, request.path, request.body.decode()))
        if self.location and len(self.asked) == 1:
            return Answer(status=302, headers={"Location": self.location})
        return Answer(status=self.status)


@contextmanager
def listening(status: int = 200, location: str = "") -> Iterator[Listener]:
    """Answer everything with ``status``; the first answer leads to ``location``, if given."""
    listener = Listener(0, status, location)
    with http_server(listener.answer) as server:
        listener.port = server.port
        yield listener
