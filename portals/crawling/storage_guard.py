"""Ends a crawl whose database or archive cannot be written."""

from __future__ import annotations

import logging
from pathlib import Path

from scrapy.crawler import Crawler

from portals.network.scrapy_compat import close_spider
from portals.outcomes import Counter
from portals.store.write_failures import write_failure

logger = logging.getLogger(__name__)


class StorageGuard:
    """Counts write errors, logs the first one, and ends the crawl. ``cause``: the first one."""

    def __init__(self, crawler: Crawler) -> None:
        assert crawler.stats is not None
        self.crawler = crawler
        self.stats = crawler.stats
        self.has_failed = False
        self.cause = ""

    def on_failure(self, what: str, error: Exception) -> None:
        """End the crawl with ``storage``: ``what`` could not be written."""
        self.stats.inc_value(Counter.STORAGE_ERRORS)
        if self.has_failed:
            return
        self.has_failed = True
        self.cause = write_failure(error, Path(self.crawler.settings["DATABASE"]))
        logger.error("cannot write %s: %s", what, self.cause)
        close_spider(self.crawler, "storage")
