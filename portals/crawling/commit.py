"""Committing page results: the work of the last item pipeline."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from portals.crawling.apply import PageApplier
from portals.crawling.archive_recorder import ArchiveRecorder
from portals.crawling.commit_batch import CommitBatch
from portals.crawling.page_result import Applied, PageResult
from portals.crawling.run_facts import counts_of, counts_of_links
from portals.crawling.run_log import RunLog
from portals.crawling.storage_guard import StorageGuard
from portals.discovery.url_filters import MAX_QUEUED
from portals.errors import ArchiveError
from portals.outcomes import RejectCode
from portals.store.write_ahead_log import LogWatch

logger = logging.getLogger(__name__)


class PageCommitter:
    """Stores page results of a crawl and counts the changes.

    ``queued``: number of pending requests in the frontier. ``open_pages``: number of pages that
    were requested and are not stored.
    """

    def __init__(
        self, run_log: RunLog, guard: StorageGuard, archive: ArchiveRecorder | None
    ) -> None:
        self.run_log = run_log
        self.guard = guard
        self.archive = archive
        self.queued = 0
        self.open_pages = 0
        self._batch = CommitBatch(self.store)
        self._log = LogWatch(Path(run_log.crawler.settings["DATABASE"]))

    @cached_property
    def applier(self) -> PageApplier:
        """The object that stores results; created when the run has begun."""
        applier = self._new_applier()
        applier.before_commit = self.run_log.save_counters
        return applier

    def _new_applier(self) -> PageApplier:
        return PageApplier(self.run_log.store, self.run_log.crawl.portal)

    async def commit(self, result: PageResult) -> None:
        """Store the result, in one transaction with those that are ready at the same time.

        ``result.applied`` is None afterwards if the disk cannot be written, which ends the crawl.
        """
        await self._batch.add(result, self.open_pages)

    def store(self, results: Sequence[PageResult]) -> None:
        """Store results and set ``applied`` of each; end the crawl if the disk cannot be written.

        The request of a result that is not stored stays leased: the next run requests it again.
        """
        if self.guard.has_failed:
            return
        try:
            self._archive(results)
        except Exception as error:  # noqa: BLE001 - whatever it is, a row would refer to no bytes
            self.guard.on_failure("the archive", error)
            return
        try:
            self._apply(results)
        except sqlite3.Error as error:
            self.guard.on_failure(results[0].request.url, error)
        except OSError as error:
            self.guard.on_failure("the archive", error)

    def on_enqueued(self, applied: Applied) -> None:
        """Count the links of a start request."""
        self.queued += applied.enqueued
        self.run_log.count(counts_of_links(applied))

    def _archive(self, results: Sequence[PageResult]) -> None:
        """Sync the archive, whose records the rows refer to. Raises OSError and ArchiveError."""
        if self.archive is None:
            return
        for result in results:
            if result.status and result.answer is None:
                raise ArchiveError(
                    f"the response of {result.request.url} is not archived;"
                    " with -s ARCHIVE_DIR= nothing is archived"
                )
        results[0].archived = list(self.archive.sync())

    def _apply(self, results: Sequence[PageResult]) -> None:
        """Apply the results together; if a value is refused, each in a transaction of its own.

        Raises sqlite3.Error and OSError.
        """
        try:
            self._apply_together(results)
        except (sqlite3.Error, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - a page's result must not end the others
            if len(results) == 1:
                self._apply_as_reject(results[0], error)
                return
            for result in results:
                self._apply([result])

    def _apply_together(self, results: Sequence[PageResult]) -> None:
        """Apply the results in one transaction and count what it changed."""
        changes = self.applier.apply_all(results, MAX_QUEUED - self.queued)
        if self.archive:
            self.archive.on_stored()
        if warning := self._log.warning():
            logger.warning("%s", warning)
        for result, applied in zip(results, changes, strict=True):
            result.applied = applied  # of all first: what is stored must not become a reject
        for result, applied in zip(results, changes, strict=True):
            self.queued += applied.enqueued
            self.run_log.count(counts_of(result, applied), result)

    def _apply_as_reject(self, result: PageResult, error: Exception) -> None:
        """Store a reject in place of a result that the database refuses."""
        logger.error("cannot store the result of %s", result.request.url, exc_info=error)
        self.run_log.on_spider_error()
        result.reject_everything(RejectCode.NOT_STORABLE, repr(error))
        self._apply_together([result])
