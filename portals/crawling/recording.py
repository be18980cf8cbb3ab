"""The parts that record a crawl, put together: run, archive, pages."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler

from portals.crawling.archive_recorder import ArchiveRecorder
from portals.crawling.commit import PageCommitter
from portals.crawling.run_log import RunLog
from portals.crawling.storage_guard import StorageGuard
from portals.store.database import Store


class Recording:
    """Extension that holds the parts; the scheduler and the last pipeline ask for them here."""

    def __init__(self, crawler: Crawler, store: Store) -> None:
        self.guard = StorageGuard(crawler)
        self.run_log = RunLog(crawler, store, self.guard)
        has_archive = bool(crawler.settings.get("ARCHIVE_DIR"))
        self.archive = ArchiveRecorder(crawler, self.run_log, self.guard) if has_archive else None
        self.committer = PageCommitter(self.run_log, self.guard, self.archive)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open the database of the run. Raises StorageError."""
        return cls(crawler, Store.open(crawler.settings["DATABASE"]))
