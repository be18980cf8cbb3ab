"""The collector: the only writer of the database and the archives of a cluster.

It applies every entry of the outbox once: the entry's id is noted in the transaction that stores
what it holds, and only then the entry is deleted.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from portals.cluster import nights, outbox, publishing, schema
from portals.cluster.archives import CollectedArchives, Run
from portals.cluster.outbox import Entry, OutboxRow, RunEnd
from portals.cluster.portal_lock import holder_of, try_lock
from portals.cluster.postgres import Connection
from portals.crawling.apply import PageApplier
from portals.crawling.page_result import Applied, PageResult
from portals.crawling.run_facts import with_history
from portals.crawling.verdicts import judge
from portals.crawling.whole_crawl import judge_whole_crawl
from portals.outcomes import RejectCode
from portals.redaction import without_secrets
from portals.store.collected import Collected
from portals.store.database import Store
from portals.store.pages import ArchivedPage, PageRepository
from portals.store.portal_lock import PortalLockedError
from portals.store.recurring import learn
from portals.store.row_changes import ChangedRow, delete, put
from portals.store.transactions import savepoint

logger = logging.getLogger(__name__)

LOCK = "collector"
BATCH = 64
"""Entries applied in one transaction."""


class Collector:
    """Applies the outbox to a store. ``folder``: of the archives; None: nothing is archived."""

    def __init__(
        self, store: Store, connection: Connection, folder: Path | None, largest: int, journal: Path
    ) -> None:
        self.store = store
        self.connection = connection
        self.collected = Collected(store)
        self.archives = (
            CollectedArchives(store, self.collected, folder, largest, journal) if folder else None
        )
        self.pages = PageRepository(store)
        self._appliers: dict[str, PageApplier] = {}
        self._ended: list[Run] = []

    def start(self) -> None:
        """Take the collector's lock, cut the archives, and publish what nodes need to know.

        Raises PortalLockedError where another collector is alive, and StorageError.
        """
        schema.check_version(self.connection)
        if not try_lock(self.connection, LOCK):
            holder = holder_of(self.connection, LOCK)
            name = holder[1] if holder else "unknown"
            raise PortalLockedError(f"another collector is alive ({name}); wait for its end")
        if self.archives:
            self.archives.cut()
        publishing.publish(self.store, self.collected, self.connection)
        noted = self.collected.noted()
        waiting = outbox.remaining(self.connection, noted)
        with self.store.writing():
            self.collected.forget(set(noted) - waiting)

    def step(self) -> int:
        """Apply the next entries and return their number."""
        batch = outbox.read(self.connection, BATCH)
        if not batch:
            return 0
        self._appliers.clear()  # addresses may have been taken down since
        with self.store.writing():
            for row in batch:
                if self.collected.note(row.id):
                    self._apply(row)
            if self.archives:
                self.archives.sync()
        # Also those of entries that were applied before a kill: they may not be published.
        articles = [(one.portal, one.url) for row in batch for one in row.articles]
        publishing.publish_articles(self.store, self.connection, articles)
        # Likewise.
        ends = [(row.portal, row.entry) for row in batch if row.entry.end]
        nights.note(
            self.connection,
            [
                (portal, self.collected.run_id(portal, entry.run) or 0)
                for portal, entry in ends
                if entry.end and entry.end.of_night
            ],
        )
        ids = [row.id for row in batch]
        outbox.delete(self.connection, ids)
        with self.store.writing():
            self.collected.forget(ids)
        for portal, run_id in self._ended:
            learn(self.store.db.conn, portal, run_id)
        if self.archives:
            self.archives.close(self._ended)
        self._ended.clear()
        return len(batch)

    def close(self) -> None:
        """Close the archives."""
        if self.archives:
            self.archives.close_all()

    # --- one entry -------------------------------------------------------------------------------

    def _apply(self, row: OutboxRow) -> None:
        """Store an entry in the open transaction."""
        entry, portal = row.entry, row.portal
        run_id = 0
        for change in entry.rows:
            if change.table == "runs" and change.row:
                run_id = self.collected.store_run(portal, change.row)
        run_id = self.collected.run_id(portal, entry.run) or run_id
        archived = self._archive((portal, run_id), entry)
        if entry.result is not None:
            self._store_result(entry.result, run_id, archived)
        else:
            for page in archived.values():
                self.pages.add(portal, page)
        self._store_rows(portal, entry.rows)
        if entry.end is not None:
            self._end_run(portal, run_id, entry.end)

    def _archive(self, run: Run, entry: Entry) -> dict[ArchivedPage, ArchivedPage]:
        """Append the entry's responses; return their pages by what the entry calls them."""
        if self.archives is None or not entry.about:
            return {}
        appender = self.archives.of(run, entry.about)
        archived = {
            page: appender.append(record)
            for page, record in zip(entry.pages, entry.records, strict=True)
        }
        for note in entry.notes:
            if page := self._located(note.page, archived):
                appender.annotate(page, note.link, note.at)
        return archived

    def _located(
        self, page: ArchivedPage | None, archived: Mapping[ArchivedPage, ArchivedPage]
    ) -> ArchivedPage | None:
        """Return where a page is archived: of this entry, or of an earlier one."""
        if page is None or page in archived:
            return page and archived[page]
        stored = self.pages.at(page.url, page.fetched_at)
        return stored.page if stored else None

    def _store_result(
        self, result: PageResult, run_id: int, archived: Mapping[ArchivedPage, ArchivedPage]
    ) -> None:
        """Store pages, articles and rejects; if the database refuses a value, a reject."""
        result.crawl = replace(result.crawl, run_id=run_id)
        result.archived = list(archived.values())
        result.answer = self._located(result.answer, archived)
        if story := result.request.story:
            story = replace(story, page=self._located(story.page, archived))
            result.request = replace(result.request, story=story)
        try:
            applied = self._store_content(result)
        except (sqlite3.Error, OSError):
            raise
        except Exception as error:
            logger.exception("cannot store the result of %s", result.request.url)
            result.reject_everything(RejectCode.NOT_STORABLE, repr(error))
            applied = self._store_content(result)
        outcomes = applied.outcomes
        self.collected.count(
            run_id,
            new=outcomes.count("new"),
            changed=outcomes.count("changed"),
            sightings=outcomes.count("new") + outcomes.count("copy"),
            announced=outcomes.count("new") if result.request.is_announced else 0,
        )

    def _store_content(self, result: PageResult) -> Applied:
        portal, applied = result.crawl.portal, Applied()
        applier = self._appliers.get(portal) or PageApplier(self.store, portal)
        self._appliers[portal] = applier
        with savepoint(self.store.db.conn):
            applier.store_content(result, applied)
        return applied

    def _store_rows(self, portal: str, rows: Sequence[ChangedRow]) -> None:
        conn = self.store.db.conn
        for change in rows:
            if change.table == "runs":
                continue
            if change.row is None:
                delete(conn, change.table, change.key)
                continue
            row = change.row
            if "run_id" in row:
                row = row | {"run_id": self.collected.run_id(portal, row["run_id"])}
            put(conn, change.table, [row])

    # --- the end of a run ------------------------------------------------------------------------

    def _end_run(self, portal: str, run_id: int, end: RunEnd) -> None:
        """Set counts and verdict of a run, now that its articles are known."""
        new, changed, sightings, announced = self.collected.counts(run_id)
        values: dict[str, Any] = {
            "articles_new": new,
            "articles_changed": changed,
            "sightings_new": sightings,
            "rejects": self.store.runs.count_rejects(run_id),
        }
        if not end.failure:
            facts = replace(end.facts, announced_only=announced)
            if end.is_live:
                facts = with_history(facts, self.store, portal, run_id, end.fields)
            judgement = judge_whole_crawl(
                judge(facts), facts, self.store, portal, run_id, is_live=end.is_live
            )
            values |= {
                "verdict": judgement.verdict,
                "reason": without_secrets(judgement.reason) or None,
                "reason_code": judgement.code or None,
            }
        self.store.runs.update_run(run_id, values)
        self._ended.append((portal, run_id))
