"""The extension that creates and holds the components that record a crawl."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler

from portals.configuration import archive_folder
from portals.crawling.archive_recorder import ArchiveRecorder
from portals.crawling.commit import PageCommitter
from portals.crawling.run_log import RunLog
from portals.crawling.storage_guard import StorageGuard
from portals.store.database import Store


class Recording:
    """Extension that holds run log, archive recorder and committer.

    The scheduler and the last pipeline get them with ``crawler.get_extension(Recording)``.
    """

    def __init__(self, crawler: Crawler, store: Store) -> None:
        self.guard = StorageGuard(crawler)
        self.run_log = RunLog(crawler, store, self.guard)
        settings = crawler.settings
        folder = archive_folder(settings["ARCHIVE_DIR"], str(settings["DATABASE"]))
        self.archive = (
            ArchiveRecorder(crawler, self.run_log, self.guard, folder) if folder else None
        )
        self.committer = PageCommitter(self.run_log, self.guard, self.archive)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open the database of the run. Raises StorageError."""
        return cls(crawler, Store.open(crawler.settings["DATABASE"]))
