"""Response bodies: decoded with one limit for all encodings, living bodies as archived ones."""

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
    """A body that cannot be decoded, that is too large, or of which the end is missing."""

    def __init__(self, reason: str, code: RejectCode = RejectCode.BAD_BODY) -> None:
        super().__init__(reason)
        self.code = code


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
        elif reason:  # told outside, since the first error holds all that was decoded
            response = body = None  # type: ignore[assignment]
            raise UnreadableBodyError(reason, code)
        if urlsplit(request.url).path == "/robots.txt":
            body = body[:_MAX_ROBOTS]
        if body is response.body:
            return response
        response.headers.pop("Content-Encoding", None)
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return response.replace(cls=kind, body=body)
