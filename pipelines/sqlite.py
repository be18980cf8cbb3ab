"""Last: everything that came of a page goes to the database in one transaction."""

from __future__ import annotations

from typing import Self, TypeVar

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from portals.crawling.commit import PageCommitter
from portals.crawling.page_result import PageResult
from portals.crawling.recording import Recording

Item = TypeVar("Item")


class SqlitePipeline:
    """Commits page results: articles and rejects, the requests they led to, and the page done."""

    def __init__(self, committer: PageCommitter) -> None:
        self.committer = committer

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of a crawl. Raises NotConfigured where nothing is stored."""
        recording = crawler.get_extension(Recording)
        if recording is None:
            raise NotConfigured  # without words: Scrapy would warn of them
        return cls(recording.committer)

    def process_item(self, item: Item) -> Item:
        """Commit a page result; other items pass by."""
        if isinstance(item, PageResult):
            self.committer.commit(item)
        return item
