"""Third: a page met again within one run is not written again."""

from __future__ import annotations

from collections import OrderedDict

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from portals.article import Article, Reject

_REMEMBERED = 1_000  # items: repeats stand close together, and the store finds the others


class DuplicateArticleError(DropItem):
    """The same text at the same address was stored earlier in this run."""


class DeduplicatePipeline:
    """Drops what this run has stored already: same address, same content hash.

    Copies at other addresses go on: they are sightings of one article, which the store finds by
    content hash over everything that was ever stored.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats
        self._seen: OrderedDict[int, None] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DeduplicatePipeline:
        """Take the stats of the crawl."""
        return cls(crawler)

    def process_item(self, item: Article | Reject) -> Article | Reject:
        """Return the item, unless it repeats. Raises SeenTwice."""
        if isinstance(item, Reject):
            return item  # a page that is tried again has its reject told again
        key = hash((item.url, item.content_hash))
        if key in self._seen:
            if self.stats:
                self.stats.inc_value("portal/seen_twice")
            raise DuplicateArticleError(f"seen twice in this run: {item.url}")
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return item
