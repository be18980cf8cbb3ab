"""Third pipeline: drops articles that this run has stored already."""

from __future__ import annotations

from collections import OrderedDict
from typing import Self, TypeVar

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler

from portals.crawling.page_result import PageResult
from portals.outcomes import Counter

_REMEMBERED = 1_000  # articles; repeats are close together, and the database finds the others

Item = TypeVar("Item")


class DeduplicatePipeline:
    """Removes articles with the same URL and content hash as an earlier one of the run.

    Copies at other URLs stay: they become sightings of one article, which the database finds by
    content hash.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats
        self._seen: OrderedDict[int, None] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of a crawl."""
        return cls(crawler)

    def process_item(self, item: Item) -> Item:
        """Return the item without the articles that repeat."""
        if isinstance(item, PageResult):
            item.articles = [one for one in item.articles if not self._is_repeated(one)]
        return item

    def _is_repeated(self, article: object) -> bool:
        fields = ItemAdapter(article)
        key = hash((fields["url"], fields["content_hash"]))
        if key in self._seen:
            if self.stats:
                self.stats.inc_value(Counter.REPEATED)
            return True
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return False
