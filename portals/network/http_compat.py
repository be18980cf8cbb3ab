"""The private names of Scrapy's and Twisted's HTTP client that the project uses.

A module of its own: it loads TLS, which only a crawl needs.
"""

from __future__ import annotations

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
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.iweb import IPolicyForHTTPS

ClientProtocol = HTTP11ClientProtocol
LenientProtocol = _LenientHTTP11ClientProtocol
"""Scrapy's reader of HTTP/1.1 responses."""
LenientFactory = _LenientHTTP11ClientFactory
"""What makes one for each connection."""
ClientContextFactory = _ScrapyClientContextFactory
"""What makes the TLS contexts of the download handler."""


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
