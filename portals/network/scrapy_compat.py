"""Every private name of Scrapy and Twisted that the project uses, in one place.

When a new release of either renames one, this file is what has to change.
"""

from __future__ import annotations

import socket
from collections.abc import Coroutine
from pathlib import Path
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
)
from scrapy.crawler import Crawler
from scrapy.utils.defer import _schedule_coro
from twisted.internet._resolver import GAIResolver
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.iweb import IPolicyForHTTPS

ClientProtocol = HTTP11ClientProtocol
LenientProtocol = _LenientHTTP11ClientProtocol
"""Scrapy's reader of HTTP/1.1 responses."""
LenientFactory = _LenientHTTP11ClientFactory
"""What makes one for each connection."""
ClientContextFactory = _ScrapyClientContextFactory
"""What makes the TLS contexts of the download handler."""


def schedule(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine in the running reactor."""
    _schedule_coro(coroutine)


def close_spider(crawler: Crawler, reason: str) -> None:
    """Close the spider with ``reason``, if a crawl is running."""
    if crawler.engine is not None and crawler.engine.spider:
        schedule(crawler.engine.close_spider_async(reason=reason))


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


def system_resolver(reactor: Any) -> Any:
    """Return the operating system's resolver (``IHostnameResolver``) for IPv4 and IPv6."""
    lookup: Any = socket.getaddrinfo
    return GAIResolver(reactor, getaddrinfo=lookup)


def edit_file(editor: str, path: Path) -> int:
    """Open ``path`` in an editor as ``scrapy edit`` does, and return its exit code."""
    from scrapy.commands import edit  # noqa: PLC0415 - a crawl needs none

    return int(edit._edit_file(editor, path))
