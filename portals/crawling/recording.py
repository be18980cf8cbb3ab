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

    def __init__(
        self,
        guard: StorageGuard,
        run_log: RunLog,
        archive: ArchiveRecorder | None,
        committer: PageCommitter,
    ) -> None:
        self.guard = guard
        self.run_log = run_log
        self.archive = archive
        self.committer = committer

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open the database of the run. Raises StorageError."""
        settings = crawler.settings
        guard = StorageGuard(crawler)
        run_log = RunLog(crawler, Store.open(settings["DATABASE"]), guard)
        folder = archive_folder(settings["ARCHIVE_DIR"], str(settings["DATABASE"]))
        archive = ArchiveRecorder(crawler, run_log, guard, folder) if folder else None
        return cls(guard, run_log, archive, PageCommitter(run_log, guard, archive))
