"""The limit on the size of status line and headers of a response.

``network/decoding.py`` limits bodies, ``crawling/budget.py`` failures and requests, and
``extraction/time_limit.py`` the processing time of a page.
"""

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol

MAX_HEAD = 256 * 1024
"""Limit of status line and headers, in bytes; common servers limit theirs to 8 KB."""


class HeadLimitHandler(HTTP11DownloadHandler):
    """Scrapy's download handler; it aborts responses whose headers exceed ``MAX_HEAD``."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _HeadLimitFactory  # noqa: SLF001 - as the handler itself does


class _HeadLimitProtocol(_LenientHTTP11ClientProtocol):
    _head = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Parse the received bytes; abort the connection if the headers are too large."""
        parser = self._parser
        is_head = parser is not None and parser.state in (STATUS, HEADER)
        self._head = self._head + len(data) if is_head else 0
        if self._head > MAX_HEAD:
            self.abort()  # type: ignore[no-untyped-call]
            return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _HeadLimitFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802
        """Return the protocol that limits the headers."""
        return _HeadLimitProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
