"""Last pipeline: stores everything that a page gave in one transaction."""

from __future__ import annotations

from typing import Self, TypeVar

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from portals.crawling.commit import PageCommitter
from portals.crawling.page_result import PageResult
from portals.crawling.recording import Recording

Item = TypeVar("Item")


class SqlitePipeline:
    """Commits page results: articles, rejects, new requests, and the request as done."""

    def __init__(self, committer: PageCommitter) -> None:
        self.committer = committer

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of a crawl. Raises NotConfigured if ``RECORD`` is not set."""
        recording = crawler.get_extension(Recording)
        if recording is None:
            raise NotConfigured  # without a message, which Scrapy would log as a warning
        return cls(recording.committer)

    async def process_item(self, item: Item) -> Item:
        """Commit a page result and return it; return other items unchanged."""
        if isinstance(item, PageResult):
            await self.committer.commit(item)
        return item
