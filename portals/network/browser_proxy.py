"""The proxy on loopback through which a browser reaches the network: public addresses only.

A browser resolves names itself and follows what a page's scripts ask for; behind this proxy it
does neither: names are resolved here, by the crawl's own resolver, which drops local addresses.
"""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from portals.network.addresses import is_literal, is_public
from portals.network.dns import CrawlNames, resolving_for
from portals.network.url_guard import UrlGuard, host_and_port

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
USER = "crawl"
_CONNECT_SECONDS = 20
_MAX_HEAD = 64 * 1024  # bytes of a request's line and headers
_HEAD_END = b"\r\n\r\n"
_PORTS = {"http": 80, "https": 443}
_FOR_PROXIES = ("proxy-", "connection:", "keep-alive:")  # headers that end here


def refusal_of(host: str, port: int, guard: UrlGuard | None) -> str | None:
    """Return why a browser may not connect to ``host`` at ``port``, or None.

    The portal's own hosts may be reached where the guard lets the crawl reach them. Others have to
    be public: numbers are judged here, names by what they resolve to.
    """
    scheme = "https" if port == _PORTS["https"] else "http"
    shown = f"[{host}]" if ":" in host else host
    url = f"{scheme}://{shown}:{port}/"
    try:
        own = {host_and_port(home)[0] for home in guard.homes} if guard else set()
        bare = host_and_port(url)[0]
    except ValueError as error:
        return str(error)
    if guard and bare in own:
        return guard.refusal_of(url)
    if is_literal(host) and not is_public(host):
        return f"{host} is not a public address"
    return None


class BrowserProxy(Factory):
    """Listens on loopback, for whoever has its password. ``refused``: hosts, and why not."""

    noisy = False

    def __init__(self, reactor: Any, guard: UrlGuard | None, names: CrawlNames) -> None:
        self.reactor = reactor
        self.guard = guard
        self.names = names
        self.password = secrets.token_urlsafe(24)
        self.refused: dict[str, str] = {}
        self._port = reactor.listenTCP(0, self, interface=LOOPBACK)

    @property
    def url(self) -> str:
        """The URL of the proxy, without the password."""
        return f"http://{LOOPBACK}:{self._port.getHost().port}"

    def buildProtocol(self, addr: IAddress | None) -> Protocol:  # noqa: ARG002, N802 - Twisted's
        """Return the protocol of a connection of the browser."""
        return _FromBrowser(self)

    def is_authorised(self, headers: Sequence[str]) -> bool:
        """Return True if a request has the password."""
        expected = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        given = next((h for h in headers if h.lower().startswith("proxy-authorization:")), "")
        return hmac.compare_digest(given.partition(":")[2].strip(), f"Basic {expected}")

    def on_refused(self, host: str, reason: str) -> None:
        """Note a host that the browser is not connected to; log it once."""
        if self.refused.setdefault(host, reason) is reason:
            logger.warning("the browser is not connected to %s: %s", host, reason)

    async def close(self) -> None:
        """Stop listening."""
        await maybe_deferred_to_future(self._port.stopListening())


class _Side(Protocol):
    """A connection whose bytes go to its ``peer``, as fast as that one takes them."""

    transport: Any
    peer: _Side | None = None

    def join(self, peer: _Side) -> None:
        """Pass on to ``peer`` what comes from now on, and its end."""
        self.peer = peer
        peer.transport.registerProducer(self.transport, streaming=True)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's
        """Pass on what came."""
        if self.peer is not None:
            self.peer.transport.write(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002, N802
        """Close the other connection, too."""
        if self.peer is not None:
            self.peer.transport.loseConnection()
            self.peer = None


class _FromBrowser(_Side):
    """A connection of the browser: one request, whose answer closes it, or a tunnel."""

    def __init__(self, proxy: BrowserProxy) -> None:
        self.proxy = proxy
        self._received = b""
        self._is_connecting = False

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's
        """Read the head of the request; pass on what follows it."""
        if self.peer is not None:
            super().dataReceived(data)
            return
        self._received += data
        if self._is_connecting:
            return
        if _HEAD_END in self._received:
            self._is_connecting = True
            self._on_head()
        elif len(self._received) > _MAX_HEAD:
            self._answer("431 Request Header Fields Too Large")

    def _on_head(self) -> None:
        head, _, self._received = self._received.partition(_HEAD_END)
        line, *headers = head.decode("latin-1").split("\r\n")
        if not self.proxy.is_authorised(headers):
            self._answer("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="x"')
            return
        try:
            method, host, port, path = _target(line)
        except ValueError:
            self._answer("400 Bad Request")
            return
        if reason := refusal_of(host, port, self.proxy.guard):
            self.proxy.on_refused(host, reason)
            self._answer("403 Forbidden")
            return
        is_tunnel = method == "CONNECT"
        opening = b"" if is_tunnel else _closing([f"{method} {path} HTTP/1.1", *headers])
        self._connect(host, port, opening)

    def _connect(self, host: str, port: int, opening: bytes) -> None:
        """Connect to a server; ``opening``: the first bytes for it, empty for a tunnel."""
        self.transport.pauseProducing()
        endpoint = HostnameEndpoint(self.proxy.reactor, host.encode(), port, _CONNECT_SECONDS)
        with resolving_for(self.proxy.names):
            connecting = connectProtocol(endpoint, _PlainServer() if opening else _Side())  # type: ignore[no-untyped-call]
        connecting.addCallbacks(self._on_connected, self._on_failure, (opening,))

    def _on_connected(self, server: _Side, opening: bytes) -> None:
        self.join(server)
        server.join(self)
        if not opening:
            self.transport.write(b"HTTP/1.1 200 Connection established" + _HEAD_END)
        server.transport.write(opening + self._received)
        self._received = b""
        self.transport.resumeProducing()

    def _on_failure(self, failure: Failure) -> None:
        logger.debug("the browser is not connected: %s", failure.getErrorMessage())
        self.transport.resumeProducing()
        self._answer("502 Bad Gateway")

    def _answer(self, status: str, *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "Connection: close"]
        self.transport.write("\r\n".join(lines).encode() + _HEAD_END)
        self.transport.loseConnection()


class _PlainServer(_Side):
    """The connection of one plain HTTP request; its answer says that no other one follows."""

    def __init__(self) -> None:
        self._head: bytes | None = b""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's
        """Pass on what came, the head of the answer without what it says of the connection."""
        if self._head is None:
            super().dataReceived(data)
            return
        self._head += data
        if _HEAD_END in self._head:
            head, _, body = self._head.partition(_HEAD_END)
            super().dataReceived(_closing(head.decode("latin-1").split("\r\n")) + body)
            self._head = None
        elif len(self._head) > _MAX_HEAD:
            self.transport.loseConnection()


def _closing(lines: Sequence[str]) -> bytes:
    """Return the head of a request or an answer after which the connection is closed."""
    kept = [line for line in lines if not line.lower().startswith(_FOR_PROXIES)]
    return "\r\n".join([*kept, "Connection: close"]).encode("latin-1") + _HEAD_END


def _target(line: str) -> tuple[str, str, int, str]:
    """Return method, host, port and path of a request line. Raises ValueError."""
    method, _, rest = line.partition(" ")
    target = rest.partition(" ")[0]
    parts = urlsplit(f"https://{target}" if method == "CONNECT" else target)
    if not parts.hostname or parts.scheme not in _PORTS:
        raise ValueError(line)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return method, parts.hostname, parts.port or _PORTS[parts.scheme], path
