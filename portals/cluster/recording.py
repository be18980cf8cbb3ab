"""The recording of a crawl on a node: into PostgreSQL, with no file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from scrapy.crawler import Crawler

from portals.archive.appending import RawRecord
from portals.archive.link_facts import LinkFacts
from portals.archive.wayback import VIA
from portals.article import Article
from portals.cluster.mirror import Mirror
from portals.cluster.outbox import Entry, LinkNote, RunEnd
from portals.cluster.portal_lock import lock_of
from portals.cluster.postgres import close, node_name
from portals.cluster.turns import PostgresTurns
from portals.crawling.apply import PageApplier
from portals.crawling.archive_recorder import ArchiveRecorder
from portals.crawling.commit import PageCommitter
from portals.crawling.modes import CrawlMode
from portals.crawling.page_result import Applied, PageResult, StoryOrigin
from portals.crawling.recording import Recording
from portals.crawling.run_facts import field_counts
from portals.crawling.run_log import RunLog
from portals.crawling.storage_guard import StorageGuard
from portals.crawling.verdict_facts import RunFacts
from portals.discovery.url_filters import MAX_QUEUED
from portals.network.turns import use_turns
from portals.store.pages import ArchivedPage
from portals.timestamps import utc

_NO_FILE = Path("outbox")
"""In place of the archive's path, which only the collector knows."""

SENT = "sent"
"""Outcome of an article on a node: whether it is new, the collector finds."""


class OutboxAppender:
    """Adds responses to the entry that their page's result will be in."""

    def __init__(self) -> None:
        self.records: list[RawRecord] = []
        self.pages: list[ArchivedPage] = []
        self.notes: list[LinkNote] = []
        self._number = 0

    def append(self, record: RawRecord) -> ArchivedPage:
        """Keep a response; return a page that has its number in place of a position.

        Its records are built here: nodes are many, and the collector is one.
        """
        capture, played = record.capture, record.played
        built = record.records()
        record = replace(record, capture=replace(capture, body=b""), built=built)
        self._number += 1
        page = ArchivedPage(
            url=played.url if played else capture.url,
            fetched_at=utc(played.captured_at if played else capture.captured_at),
            status=capture.status,
            path=_NO_FILE,
            offset=self._number,
            length=0,
            digest=built.digest,
            via=VIA if played else None,
        )
        self.records.append(record)
        self.pages.append(page)
        return page

    def annotate(self, page: ArchivedPage, link: LinkFacts, now: datetime) -> None:
        """Keep what a listing shows of a page."""
        self.notes.append(LinkNote(page, link, now))

    def sync(self) -> None:
        """Do nothing: the commit of the entry does it."""

    def close(self) -> None:
        """Do nothing."""

    def move_to(self, entry: Entry) -> None:
        """Put into ``entry`` what was appended since the last entry was committed."""
        entry.records, entry.pages = list(self.records), list(self.pages)
        entry.notes = list(self.notes)

    def clear(self) -> None:
        """Forget what was committed."""
        for kept in (self.records, self.pages, self.notes):
            kept.clear()


class NodeArchive(ArchiveRecorder):
    """Collects the responses of a crawl for the outbox."""

    def __init__(self, crawler: Crawler, run_log: NodeRunLog, guard: StorageGuard) -> None:
        super().__init__(crawler, run_log, guard, _NO_FILE)
        self.mirror = run_log.mirror
        self.outgoing = OutboxAppender()
        self.appender = self.outgoing

    def on_stored(self) -> None:
        """Forget what is committed."""
        super().on_stored()
        self.outgoing.clear()

    def close(self) -> None:
        """Send the last responses (robots.txt, redirects). Raises sqlite3.Error."""
        if self.unsaved or self.outgoing.notes:
            with self.mirror.store.writing():
                self.outgoing.move_to(self.mirror.open_entry())
        self.on_stored()


class NodeApplier(PageApplier):
    """Stores the state of the crawl; pages and articles are sent to the collector."""

    def __init__(self, mirror: Mirror, portal: str, archive: NodeArchive | None) -> None:
        super().__init__(mirror.store, portal)
        self.mirror = mirror
        self.archive = archive

    def apply_all(self, results: Sequence[PageResult], room: int = MAX_QUEUED) -> list[Applied]:
        """Store and send ``results``, each in a transaction of its own. Raises sqlite3.Error."""
        return [self._apply_and_send(result, room) for result in results]

    def _apply_and_send(self, result: PageResult, room: int) -> Applied:
        entry = self.mirror.open_entry()
        entry.result = result
        if self.archive:
            self.archive.outgoing.move_to(entry)
        try:
            return super().apply_all([result], room)[0]
        finally:
            self.mirror.entry = None

    def _store_pages(self, result: PageResult) -> int | None:  # noqa: ARG002 - the collector does
        return None

    def _store_parts(
        self,
        result: PageResult,  # noqa: ARG002
        story: StoryOrigin,  # noqa: ARG002
        page_id: int | None,  # noqa: ARG002
    ) -> int | None:
        return None

    def _store_article(
        self,
        article: Article,  # noqa: ARG002
        result: PageResult,  # noqa: ARG002
        page_id: int | None,  # noqa: ARG002
    ) -> str:
        return SENT


class NodeCommitter(PageCommitter):
    """Commits page results through the mirror."""

    run_log: NodeRunLog
    archive: NodeArchive | None

    async def commit(self, result: PageResult) -> None:
        """Store the result in a transaction of its own: an entry of the outbox is one page's."""
        self.store([result])

    def _new_applier(self) -> PageApplier:
        return NodeApplier(self.run_log.mirror, self.run_log.crawl.portal, self.archive)


class NodeRunLog(RunLog):
    """Records the run of a node. Its verdict is a first one: the collector knows the articles."""

    def __init__(self, crawler: Crawler, mirror: Mirror, guard: StorageGuard) -> None:
        super().__init__(crawler, mirror.store, guard)
        self.mirror = mirror
        self._last_facts: RunFacts | None = None

    def spider_closed(self, reason: str) -> None:
        """End the run, and the connection with its locks."""
        try:
            super().spider_closed(reason)
        finally:
            close(self.mirror.connection)

    def _facts(self, reason: str) -> RunFacts:
        self._last_facts = super()._facts(reason)
        return self._last_facts

    def _last_values(self) -> dict[str, str | int | None]:
        values = super()._last_values()
        if self._last_facts:
            failed = self.judgement.reason if self.judgement.verdict == "storage" else ""
            self.mirror.open_entry().end = RunEnd(
                self._last_facts,
                field_counts(self.stats),
                is_live=self.crawl.mode is CrawlMode.LIVE,
                failure=failed,
                of_night=self._is_of_night,
            )
        return values

    @property
    def _is_of_night(self) -> bool:
        wanted = getattr(self.crawler.spider, "arguments", None)
        is_copy = bool(wanted and wanted.origin)
        has_job = self.crawler.settings.getint("JOB") > 0
        return has_job and self.crawl.mode is CrawlMode.LIVE and not is_copy

    def as_row(self) -> dict[str, Any]:
        """Return the run as ``--json`` prints it; what only the collector knows is None."""
        row = super().as_row()
        sent = self._counters()["articles_seen"]
        return row | {"new": None, "changed": None, "known": None, "sent": sent}

    def summary(self) -> str:
        """Return the run in one line: "haiphong: ok, 30 articles sent, …"."""
        row = self.as_row()
        text = (
            f"{row['portal']}: {row['verdict']}, {row['sent']} articles sent to the collector,"
            f" {row['rejected']} rejected, {row['requests']} requests"
        )
        return f"{text} ({row['reason']})" if row["reason"] else text


class ClusterRecording(Recording):
    """Holds run log, archive recorder and committer of a node."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Use the state and the connection of the portal's lock."""
        lock = lock_of(crawler)
        mirror = Mirror(lock.connection, lock.portal, lock.take_state())
        guard = StorageGuard(crawler)
        run_log = NodeRunLog(crawler, mirror, guard)
        has_archive = crawler.settings["ARCHIVE_DIR"] != "" and not crawler.settings["REPLAY"]
        archive = NodeArchive(crawler, run_log, guard) if has_archive else None
        mirror.new_entry = lambda: Entry(run_log.run_id, dict(archive.about()) if archive else {})
        use_turns(crawler, PostgresTurns(lock.connection, node_name()))
        return cls(guard, run_log, archive, NodeCommitter(run_log, guard, archive))
