"""The private names of Scrapy's and Twisted's HTTP client that the project uses.

A module of its own: it loads TLS, which only a crawl needs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, cast

from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import (
    _get_creator_context,
    _ScrapyClientContextFactory,
)
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _TunnelingTCP4ClientEndpoint,
)
from twisted.internet.defer import Deferred
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.client import HTTPConnectionPool
from twisted.web.iweb import IPolicyForHTTPS

ClientProtocol = HTTP11ClientProtocol
LenientProtocol = _LenientHTTP11ClientProtocol
"""Scrapy's reader of HTTP/1.1 responses."""
LenientFactory = _LenientHTTP11ClientFactory
"""What makes one for each connection."""
ClientContextFactory = _ScrapyClientContextFactory
"""What makes the TLS contexts of the download handler."""


class ResolvingPool(HTTPConnectionPool):
    """Connections of one crawl. ``resolving``: within it names are resolved for that crawl.

    Every connection begins here, also one in the place of a cached one that had been closed.
    """

    resolving: Callable[[], AbstractContextManager[None]]

    def _newConnection(  # noqa: N802 - Twisted's
        self, key: Any, endpoint: Any
    ) -> Deferred[Any]:
        connect: Callable[..., Deferred[Any]] = super()._newConnection
        with self.resolving():
            if not isinstance(endpoint, _TunnelingTCP4ClientEndpoint):
                return connect(key, endpoint)
            # It would resolve the proxy's name later, when another crawl may be at work.
            found: Deferred[Any] = endpoint._reactor.resolve(endpoint._host)

        def at(address: str) -> Deferred[Any]:
            endpoint._host = address
            return connect(key, endpoint)

        return found.addCallback(at)


def use_resolving(
    handler: HTTP11DownloadHandler, resolving: Callable[[], AbstractContextManager[None]]
) -> None:
    """Let a download handler resolve names within ``resolving()``."""
    from twisted.internet import reactor  # noqa: PLC0415 - installs one, if there is none

    before, pool = handler._pool, ResolvingPool(reactor, persistent=True)  # type: ignore[no-untyped-call]
    pool.maxPersistentPerHost = before.maxPersistentPerHost
    pool.resolving = resolving
    handler._pool = pool


def use_factory(handler: HTTP11DownloadHandler, factory: type[LenientFactory]) -> None:
    """Let a download handler make its protocols with ``factory``, as it does with its own."""
    handler._pool._factory = factory


def use_context_factory(handler: HTTP11DownloadHandler, factory: ClientContextFactory) -> None:
    """Let a download handler take its TLS contexts from ``factory``."""
    handler._contextFactory = cast(IPolicyForHTTPS, factory)


def context_of(creator: Any) -> SSL.Context:
    """Return the TLS context of what ``ClientContextFactory`` made for one host."""
    return _get_creator_context(creator)


def is_reading_head(protocol: LenientProtocol) -> bool:
    """Return True while status line and headers of a response are being read."""
    parser = protocol._parser
    return parser is not None and parser.state in (STATUS, HEADER)
