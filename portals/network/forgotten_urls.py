"""URLs that were taken down are not requested, whatever leads to them."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from portals.archive.wayback import parse_playback_url
from portals.network.server_records import server_records


class ForgottenUrlError(IgnoreRequest):
    """A URL whose article was taken down (``scrapy forget``)."""


class ForgottenUrlMiddleware:
    """Downloader middleware: drops requests for articles that were taken down.

    Links to them are not even queued; redirects and requests of earlier releases come here.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ForgottenUrlMiddleware:
        """Return the middleware of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise ForgottenUrlError for a request of such a URL, or of a capture of it."""
        forgotten = server_records(self.crawler).forgotten
        spider = self.crawler.spider
        if not forgotten or spider is None:
            return
        played = parse_playback_url(request.url)
        url = played.url if played else request.url
        recipe = getattr(spider, "article_recipe", None)
        if forgotten.covers(spider.name, url, recipe.id_of(url) if recipe else None):
            raise ForgottenUrlError("its article was taken down")
