"""Limits of a crawl: the size of a body, the errors in a row, the requests of a run.

Scrapy lets a body inflate to 1 GiB and asks a portal that has gone down for every address that it
knows. Costs: one decoder call and two additions a page. (``extraction/page_time.py`` limits the
time that a page may take to be read.)
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol

from portals.archive.encodings import CutShortError, EncodingError, decode_body

MAX_HEAD = 256 * 1024
"""Bytes of status line and headers; servers themselves allow 8 KB."""

_OK = 200
_MAX_ROBOTS = 500 * 1024  # bytes; what is beyond is not read, as the standard allows (RFC 9309)


class HeadLimitHandler(HTTP11DownloadHandler):
    """Scrapy's download handler, which hangs up on heads without end: nothing else limits them."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _HeadLimitFactory  # noqa: SLF001 - as the handler itself does


class _HeadLimitProtocol(_LenientHTTP11ClientProtocol):
    _head = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Pass on what came, unless it is more than any head has."""
        parser = self._parser
        is_head = parser is not None and parser.state in (STATUS, HEADER)
        self._head = self._head + len(data) if is_head else 0
        if self._head > MAX_HEAD:
            self.abort()  # type: ignore[no-untyped-call]
            return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _HeadLimitFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802
        """Return the protocol that counts."""
        return _HeadLimitProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class UnreadableBodyError(IgnoreRequest):
    """A body that cannot be decoded, or that is too large. ``is_passing``: another try may help."""

    def __init__(self, reason: str, *, is_passing: bool = False) -> None:
        super().__init__(reason)
        self.is_passing = is_passing


class DecodingMiddleware:
    """Downloader middleware in place of Scrapy's: living bodies are decoded as archived ones are.

    So that a page read again from the archive is the page that was crawled, with one limit for all
    encodings (``DOWNLOAD_MAXSIZE``), several of them one in another included.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DecodingMiddleware:
        """Take the limit from the settings."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        """Say which encodings are read."""
        request.headers.setdefault("Accept-Encoding", "gzip, deflate, br, zstd")

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response with its body decoded. Raises UnreadableBodyError."""
        encodings = b",".join(response.headers.getlist("Content-Encoding"))
        body, reason, is_passing = response.body, "", False
        if encodings:
            try:
                body = decode_body(body, encodings.decode("latin-1"), self.limit)
            except EncodingError as error:
                reason, is_passing = str(error), isinstance(error, CutShortError)
        if reason and response.status != _OK:
            body = b""  # the status says enough
        elif reason:  # told outside, since the first error holds all that was decoded
            response = body = None  # type: ignore[assignment]
            raise UnreadableBodyError(reason, is_passing=is_passing)
        if urlsplit(request.url).path == "/robots.txt":
            body = body[:_MAX_ROBOTS]
        if body is response.body:
            return response
        response.headers.pop("Content-Encoding", None)
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return response.replace(cls=kind, body=body)


PageResult = Literal["good", "rationed", "barren", "error", "unanswered"]
"""What came of one page: an article or a list, neither (rationed by whoever asked), an error of the
portal, or no answer."""

_COSTS: dict[PageResult, int] = {
    "good": 0,
    "rationed": 0,
    "barren": 1,
    "error": 8,
    "unanswered": 40,
}


class Budget:
    """What a run may spend in a row without anything to show for it, and in all.

    ``errors``: the error budget, in pages that were neither an article nor a list; an error of the
    portal costs 8 of them, no answer 40. ``requests``: pages that a run asks for.
    """

    def __init__(self, errors: int, requests: int) -> None:
        self.errors = errors
        self.requests = requests
        self.spent = 0
        self.asked = 0

    def take(self, result: PageResult) -> str | None:
        """Take in one page; return the reason to end the run, if that was one too many."""
        self.asked += 1
        self.spent = 0 if result == "good" else self.spent + _COSTS[result]
        if self.errors and self.spent >= self.errors:
            return OUT_OF_ERRORS
        if self.requests and self.asked >= self.requests:
            return OUT_OF_REQUESTS
        return None


OUT_OF_ERRORS = "error_budget"
OUT_OF_REQUESTS = "request_budget"
"""Reasons with which a run ends whose budget is spent; it is resumed by the next one."""
