"""Committing page results: the work of the last item pipeline."""

from __future__ import annotations

import logging
import sqlite3
from functools import cached_property
from pathlib import Path

from portals.crawling.apply import PageApplier
from portals.crawling.archive_recorder import ArchiveRecorder
from portals.crawling.page_result import Applied, PageResult
from portals.crawling.run_log import RunLog
from portals.crawling.storage_guard import StorageGuard
from portals.discovery.url_filters import MAX_QUEUED
from portals.errors import ArchiveError
from portals.outcomes import RejectCode
from portals.store.write_ahead_log import LogWatch

logger = logging.getLogger(__name__)


class PageCommitter:
    """Stores page results of a crawl, each in one transaction, and counts the changes.

    ``queued``: number of pending requests in the frontier.
    """

    def __init__(
        self, run_log: RunLog, guard: StorageGuard, archive: ArchiveRecorder | None
    ) -> None:
        self.run_log = run_log
        self.guard = guard
        self.archive = archive
        self.queued = 0
        self._log = LogWatch(Path(run_log.crawler.settings["DATABASE"]))

    @cached_property
    def applier(self) -> PageApplier:
        """The object that stores results; created when the run has begun."""
        return PageApplier(self.run_log.store, self.run_log.crawl.portal)

    def commit(self, result: PageResult) -> None:
        """Store the result and set ``result.applied``; end the crawl if the disk cannot be written.

        The request of a result that is not stored stays leased: the next run requests it again.
        """
        if self.guard.has_failed:
            return
        try:
            self._archive(result)
        except Exception as error:  # noqa: BLE001 - whatever it is, a row would refer to no bytes
            self.guard.on_failure("the archive", error)
            return
        try:
            applied = self._apply(result)
        except sqlite3.Error as error:
            self.guard.on_failure(result.request.url, error)
            return
        except OSError as error:
            self.guard.on_failure("the archive", error)
            return
        result.applied = applied
        if warning := self._log.warning():
            logger.warning("%s", warning)
        if self.archive:
            self.archive.on_stored()
        self.run_log.count_items(result, applied)
        self.on_enqueued(applied)

    def on_enqueued(self, applied: Applied) -> None:
        """Count the enqueued and skipped links of a page, or a start request."""
        self.queued += applied.enqueued
        self.run_log.count_links(applied)

    def _archive(self, result: PageResult) -> None:
        """Sync the archive, whose records the rows refer to. Raises OSError and ArchiveError."""
        if self.archive is None:
            return
        if result.status and result.answer is None:
            raise ArchiveError(
                f"the response of {result.request.url} is not archived;"
                " with -s ARCHIVE_DIR= nothing is archived"
            )
        result.archived = list(self.archive.sync())

    def _apply(self, result: PageResult) -> Applied:
        """Apply the result; if the database refuses a value, store a reject instead."""
        room = MAX_QUEUED - self.queued
        try:
            return self.applier.apply(result, room)
        except (sqlite3.Error, OSError):
            raise
        except Exception as error:
            logger.exception("cannot store the result of %s", result.request.url)
            self.run_log.on_spider_error()
            result.reject_everything(RejectCode.NOT_STORABLE, repr(error))
            return self.applier.apply(result, room)
