"""The one web server of the tests, on loopback: it answers what it is given and remembers all.

``serving`` takes pages by path; ``http_server`` takes a function that answers each request with an
``Answer``, which may be held back, or with a ``RawAnswer``, which may break the rules of HTTP.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus
from itertools import takewhile

_DRIP_SECONDS = 0.05
"""Between the pieces of an answer that never ends."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}


@dataclass(slots=True)
class Answer:
    """A proper answer: status, body and headers. It is held back until ``after`` is set."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after: threading.Event | None = None

    @property
    def raw(self) -> bytes:
        """The bytes on the wire. 204 and 304 have neither a body nor its length."""
        reason = _PHRASES.get(self.status, "Unknown")
        headers, body = dict(self.headers), self.body
        if self.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            body = b""
        else:
            length = {"Content-Length": str(len(body))}
            headers = {"Content-Type": "text/html; charset=utf-8", **headers, **length}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} {reason}\r\n{lines}\r\n".encode() + body


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Bytes that are written as they are.

    ``keeps``: the connection stays open afterwards. ``drip``: is written again and again until the
    client has gone. ``resets``: the connection is reset, not closed.
    """

    raw: bytes
    keeps: bool = False
    drip: bytes | None = None
    resets: bool = False


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """One request as it came: the path with its query, the headers, the body."""

    method: str
    path: str
    headers: Message
    body: bytes


Answering = Callable[[ServedRequest], Answer | RawAnswer]
"""Returns the answer to a request."""


@dataclass(slots=True)
class HttpServer:
    """A running server: its address, and every request that it got, in order."""

    origin: str = ""
    requests: list[ServedRequest] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])


@dataclass(slots=True)
class FakePortal:
    """Pages by path on a server: its address, and the paths asked for, in order."""

    origin: str
    pages: dict[str, Answer]
    asked: list[str] = field(default_factory=list)
    first: dict[str, list[Answer]] = field(default_factory=dict)  # given before the page itself

    def answer(self, request: ServedRequest) -> Answer:
        """Return what stands at the path, 404 where there is nothing."""
        self.asked.append(request.path)
        if self.first.get(request.path):
            return self.first[request.path].pop(0)
        return self.pages.get(request.path, Answer(b"not found", 404))


@contextmanager
def serving(
    pages: Mapping[str, bytes | Answer], address: str = "127.0.0.1", port: int = 0
) -> Iterator[FakePortal]:
    """Serve ``pages`` (by path with query) on ``port``, 0 for a free one, until the block ends."""
    portal = FakePortal("", answers(pages))
    with http_server(portal.answer, address=address, port=port) as server:
        portal.origin = server.origin
        yield portal


def answers(pages: Mapping[str, bytes | Answer]) -> dict[str, Answer]:
    """Return ``pages`` with every body made an answer."""
    return {path: Answer(page) if isinstance(page, bytes) else page for path, page in pages.items()}


@contextmanager
def http_server(
    answer: Answering,
    tls: ssl.SSLContext | None = None,
    address: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[HttpServer]:
    """Serve what ``answer`` returns for each request until the block ends; port 0: a free one.

    Answers that are held back are given up when the block ends, so that nothing outlives it.
    """
    server = (_ServerOfSix if ":" in address else _Server)(answer, address, port)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.seen
    finally:
        server.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        is_open = True
        while is_open and (request := _read(self.rfile.readline, self.rfile.read)) is not None:
            self.server.seen.requests.append(request)
            is_open = self._write(self.server.reply_to(request))

    def _write(self, reply: RawAnswer) -> bool:
        """Write a reply; return True if the connection stays open."""
        self.wfile.write(reply.raw)
        while reply.drip is not None and not self.server.ended.wait(_DRIP_SECONDS):
            self.wfile.write(reply.drip)
        if reply.resets:
            at_once = struct.pack("ii", 1, 0)
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        return reply.keeps


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, answer: Answering, address: str, port: int) -> None:
        super().__init__((address, port), _Handler)
        self.answer = answer
        self.ended = threading.Event()
        host = f"[{address}]" if ":" in address else address
        self.seen = HttpServer(f"http://{host}:{self.server_address[1]}")

    def reply_to(self, request: ServedRequest) -> RawAnswer:
        """Return the bytes for a request, once its answer is no longer held back."""
        answer = self.answer(request)
        if isinstance(answer, RawAnswer):
            return answer
        while answer.after is not None and not self.ended.is_set():
            if answer.after.wait(_DRIP_SECONDS):
                break
        return RawAnswer(answer.raw, keeps=True)

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that have gone: it is they who are tested."""

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close at once."""
        self.close_request(request)


class _ServerOfSix(_Server):
    address_family = socket.AF_INET6


def _read(readline: Callable[[], bytes], read: Callable[[int], bytes]) -> ServedRequest | None:
    """Read one request; None at the end of the connection."""
    with suppress(OSError):
        method, _, rest = readline().decode("latin-1").partition(" ")
        lines = list(takewhile(bytes.strip, iter(readline, b""))) if rest else []
        headers = BytesParser().parsebytes(b"".join(lines), headersonly=True)
        body = read(int(headers.get("Content-Length") or 0))
        return ServedRequest(method, rest.split(" ")[0], headers, body) if rest else None
    return None
