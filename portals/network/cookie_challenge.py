"""Hosts that answer with a script which sets a cookie and reloads the page."""

from __future__ import annotations

import re

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse

_STUB = re.compile(
    r"document\.cookie\s*=\s*[\"'](?P<name>[\w-]{1,40})=(?P<value>[^\"';\s]{1,200})"
    r".{0,400}location\s*\.\s*(?:reload|href|replace)",
    re.DOTALL,
)
_STUB_SIZE = 8_000  # characters; a stub is a few lines


class CookieChallengeMiddleware:
    """Downloader middleware: some hosts answer with a script that sets a cookie and reloads.

    Only for spiders with ``answers_cookie_challenge``: such a page is requested once more with the
    cookie, which later requests carry too. A second stub is a challenge, and the run is blocked.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._cookie = ""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CookieChallengeMiddleware:
        """Take the crawl whose spider may want this."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Add the cookie that the host asked for."""
        if self._cookie:
            request.headers["Cookie"] = self._cookie

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Ask again with the cookie where the answer is a stub."""
        if not getattr(self.crawler.spider, "answers_cookie_challenge", False):
            return response
        if not isinstance(response, TextResponse) or len(response.body) > _STUB_SIZE:
            return response
        match = _STUB.search(response.text)
        if match is None or request.meta.get("cookie_stub_tried"):
            return response
        self._cookie = f"{match['name']}={match['value']}"
        meta = {**request.meta, "cookie_stub_tried": True}
        return request.replace(meta=meta, dont_filter=True)
