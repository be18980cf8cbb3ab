"""Cookie challenges: pages that hold only a script which sets a cookie and reloads."""

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
    """Downloader middleware that answers a cookie challenge.

    Only for spiders with ``answers_cookie_challenge``: the page is requested once more with the
    cookie, which later requests send too. A second challenge is a reject, and the run ``blocked``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._cookie = ""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CookieChallengeMiddleware:
        """Return the middleware of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Add the cookie that the challenge set."""
        if self._cookie:
            request.headers["Cookie"] = self._cookie

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the request with the cookie if the response is a challenge, else the response."""
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
