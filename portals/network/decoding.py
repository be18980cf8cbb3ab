"""Decoding of response bodies (Content-Encoding), with one size limit for all encodings."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from portals.archive.encodings import CutShortError, EncodingError, decode_body
from portals.outcomes import RejectCode

_OK = 200
_MAX_ROBOTS = 500 * 1024  # bytes; what is beyond is not read, as the standard allows (RFC 9309)


class UnreadableBodyError(IgnoreRequest):
    """A body that cannot be decoded, is too large or is truncated."""

    def __init__(self, reason: str, code: RejectCode = RejectCode.BAD_BODY) -> None:
        super().__init__(reason)
        self.code = code


class DecodingMiddleware:
    """Downloader middleware that replaces Scrapy's HttpCompressionMiddleware.

    It uses the decoder of the archives, so that re-extraction sees the same page as the crawl did.
    ``DOWNLOAD_MAXSIZE`` limits all encodings, nested ones too.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DecodingMiddleware:
        """Return the middleware with the limit from the settings."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        """Set Accept-Encoding to the supported encodings."""
        request.headers.setdefault("Accept-Encoding", "gzip, deflate, br, zstd")

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response with its body decoded. Raises UnreadableBodyError."""
        encodings = b",".join(response.headers.getlist("Content-Encoding"))
        body, reason, code = response.body, "", RejectCode.BAD_BODY
        if encodings:
            try:
                body = decode_body(body, encodings.decode("latin-1"), self.limit)
            except EncodingError as error:
                reason = str(error)
                if isinstance(error, CutShortError):
                    code = RejectCode.BODY_CUT_SHORT
        if reason and response.status != _OK:
            body = b""  # the status says enough
        elif (
            reason
        ):  # raised outside the except block: the first error holds the whole decoded body
            response = body = None  # type: ignore[assignment]
            raise UnreadableBodyError(reason, code)
        if urlsplit(request.url).path == "/robots.txt":
            body = body[:_MAX_ROBOTS]
        if body is response.body:
            return response
        response.headers.pop("Content-Encoding", None)
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return response.replace(cls=kind, body=body)
