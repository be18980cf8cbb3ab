"""Last: articles and rejects into the database, each in one transaction."""

from __future__ import annotations

import logging
import sqlite3

from scrapy.crawler import Crawler

from portals.article import Article, Reject
from portals.crawling.run import RunRecorder

logger = logging.getLogger(__name__)


class SqlitePipeline:
    """Hands every item to the run's recorder, which owns the database."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SqlitePipeline:
        """Take the crawl whose recorder is to be used."""
        return cls(crawler)

    def process_item(self, item: Article | Reject) -> Article | Reject:
        """Store the item; where the disk refuses it, stop the crawl and say so."""
        recorder = self.crawler.get_extension(RunRecorder)
        assert recorder is not None
        assert self.crawler.stats is not None
        try:
            if isinstance(item, Reject):
                recorder.reject(item)
            else:
                recorder.save(item)
        except sqlite3.OperationalError as error:
            self.crawler.stats.inc_value("portal/storage_errors")
            logger.error(  # noqa: TRY400 - one line, no traceback
                "cannot write %s: %s; free the disk, then run again", item.url, error
            )
        return item
