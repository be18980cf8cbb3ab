"""The limit on the size of status line and headers of a response, and the turns of requests.

``network/decoding.py`` limits bodies, ``crawling/budget.py`` failures and requests, and
``extraction/time_limit.py`` the processing time of a page.
"""

from __future__ import annotations

from functools import partial

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response
from twisted.internet.interfaces import IAddress

from portals.archive.encodings import EncodingError, decode_body
from portals.network.dns import names_of, resolving_for
from portals.network.http_compat import (
    ClientProtocol,
    LenientFactory,
    LenientProtocol,
    is_reading_head,
    use_context_factory,
    use_factory,
    use_resolving,
)
from portals.network.servers import server_of
from portals.network.tls_levels import LevelContextFactory
from portals.network.turns import turns_of

MAX_HEAD = 256 * 1024
"""Limit of status line and headers, in bytes; common servers limit theirs to 8 KB."""


class HeadLimitHandler(HTTP11DownloadHandler):
    """Scrapy's download handler, with a limit on headers, ``MAX_HEAD``, and turns at servers."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._spider_crawler = crawler
        self._turns = turns_of(crawler)
        use_resolving(self, partial(resolving_for, names_of(crawler)))
        use_factory(self, _HeadLimitFactory)
        use_context_factory(self, LevelContextFactory.for_crawler(crawler))

    async def download_request(self, request: Request) -> Response:
        """Return the response, also one whose announced length is wrong while its body is whole.

        Raises ResponseDataLossError for a body that was cut short.
        """
        turn = await self._turns.acquire(server_of(request.url), self._delay_of(request))
        try:
            response = await super().download_request(request)
        finally:
            turn.release()
        if "dataloss" in response.flags and not _is_whole(response):
            raise ResponseDataLossError
        return response

    def _delay_of(self, request: Request) -> float:
        """Return the seconds between two requests, as throttling and robots.txt have them now."""
        engine = self._spider_crawler.engine
        key = str(request.meta.get("download_slot"))
        slot = engine.downloader.slots.get(key) if engine else None
        return slot.delay if slot else 0.0


def _is_whole(response: Response) -> bool:
    """Return True if a body has its end: that of a page, or that of its compression."""
    encodings = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
    if not encodings:
        return response.body.rstrip().lower().endswith(b"</html>")
    try:
        decode_body(response.body, encodings)
    except EncodingError:
        return False
    return True


class _HeadLimitProtocol(LenientProtocol):
    _head = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Pass on what came, unless it is more than any head has."""
        self._head = self._head + len(data) if is_reading_head(self) else 0
        if self._head > MAX_HEAD:
            self.abort()  # type: ignore[no-untyped-call]
            return
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if not is_reading_head(self):  # a small response came whole: the next one has its own head
            self._head = 0


class _HeadLimitFactory(LenientFactory):
    def buildProtocol(self, addr: IAddress | None) -> ClientProtocol:  # noqa: ARG002, N802
        """Return the protocol that counts."""
        return _HeadLimitProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
