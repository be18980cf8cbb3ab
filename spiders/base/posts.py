"""The check of completeness that WordPress offers: it counts its posts, and lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response

from portals.crawling.spider_outputs import LATE_PRIORITY, SpiderOutput
from portals.discovery.announced import Believed, fingerprint_of_entries
from portals.discovery.posts import POSTS_PER_PAGE, count_url, posts_url, read_posts
from portals.urls import url_key
from spiders.base.announced import Announcements
from spiders.base.answers import asked, fetched_at

if TYPE_CHECKING:
    from spiders.base.portal import PortalSpider

_MAX_PAGES = 1_000


class PostList:
    """Compares the number of posts with the number of stored articles; lists them if more.

    ``callbacks``: names of the methods used as callbacks, see ``Finder``.
    """

    callbacks = ("parse_post_count", "parse_posts")

    def __init__(self, spider: PortalSpider, announcements: Announcements) -> None:
        self.spider = spider
        self.announcements = announcements
        self.api = spider.family.posts_api if spider.family else None

    def remember(self) -> Iterator[Request]:
        """Yield the last request of a crawl of the whole portal: for the number of posts."""
        if self.api is None or self.spider.arguments.is_partial:
            return
        url = count_url(self.spider.home_url, self.api)
        found = self.announcements.first(url, self.parse_post_count, is_usual=True)
        for request in found:
            yield request.replace(priority=LATE_PRIORITY - 1)

    def parse_post_count(self, response: Response) -> Iterator[SpiderOutput]:
        """Request the list of posts if WordPress counts more posts than are stored."""
        header = (response.headers.get("X-WP-Total") or b"").decode("latin-1").strip()
        if not header.isdecimal() or read_posts(response.body) is None:
            self.announcements.unreadable(response.url, "it gives no number of posts")
            return
        total, stored = int(header[:9]), self.spider.history.stored_articles()
        before = self.spider.history.last_visit(url_key(asked(response)))
        counted = f"{total} posts, {stored} stored"
        yield from self.announcements.count_read(counted)
        if stored < total and not (before and before.fingerprint == counted):
            yield self._page(1)

    def parse_posts(self, response: Response, number: int) -> Iterator[SpiderOutput]:
        """Yield requests for the posts on a page of the list, and for its next page."""
        posts = read_posts(response.body)
        if not posts:
            self.announcements.unreadable(response.url, "it is no list of posts")
            return
        yield from self.announcements.count_read(fingerprint_of_entries(posts))
        believed = Believed(posts, fetched_at(response))
        for post in posts:
            if url := self.announcements.wanted_url(post, response):
                yield from self.announcements.due(url, post, believed)
        if len(posts) >= POSTS_PER_PAGE and number < _MAX_PAGES:
            yield self._page(number + 1)

    def _page(self, number: int) -> Request:
        assert self.api is not None
        url = posts_url(self.spider.home_url, self.api, number)
        return self.announcements.request(url, self.parse_posts, url_key(url), number=number)
