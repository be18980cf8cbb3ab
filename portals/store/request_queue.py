"""The tables ``frontier`` and ``exploration_log``: the persistent queue of requests. Only SQL.

Every method runs inside the caller's transaction or, if there is none, in its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portals.store.database import Store

_MAX_ALTERNATES = 5  # other URLs stored per page; a hostile page may name thousands


@dataclass(frozen=True, slots=True)
class QueuedRequest:
    """A request as data. ``key`` identifies the page; ``request``: everything but the URL."""

    key: str
    url: str
    request: dict[str, Any]
    priority: int = 0


@dataclass(frozen=True, slots=True)
class LeasedRequest:
    """A request that was leased, with the id of its row."""

    id: int
    key: str
    url: str
    request: dict[str, Any]
    priority: int


class RequestQueue:
    """The requests of one portal: pending, leased to this process, done, or failed."""

    def __init__(self, store: Store, portal: str) -> None:
        self.store = store
        self.portal = portal
        self.duplicate_urls: list[str] = []
        """Added URLs of pages known under another URL; the caller who reads the list clears it."""

    def add(self, requests: Iterable[QueuedRequest]) -> int:
        """Add requests of unknown pages and return their number.

        If the same page is queued under another URL, the new URL is stored as an alternate.
        """
        added = 0
        with self.store.writing():
            for request in requests:
                cursor = self.store.db.conn.execute(
                    "INSERT INTO frontier (portal, key, url, request, priority, state)"
                    " VALUES (?, ?, ?, ?, ?, 'pending') ON CONFLICT (portal, key) DO NOTHING",
                    (
                        self.portal,
                        request.key,
                        request.url,
                        json.dumps(request.request, ensure_ascii=False),
                        request.priority,
                    ),
                )
                added += cursor.rowcount
                if not cursor.rowcount:
                    self._record_alternate_url(request)
        return added

    def _record_alternate_url(self, request: QueuedRequest) -> None:
        known = self.store.db.conn.execute(
            "SELECT url FROM frontier WHERE portal = ? AND key = ?", (self.portal, request.key)
        ).fetchone()
        if known is None or known[0] == request.url:
            return
        self.duplicate_urls.append(request.url)
        self.store.db.conn.execute(
            "UPDATE frontier SET"
            " alternate_urls = json_insert(coalesce(alternate_urls, '[]'), '$[#]', ?)"
            " WHERE portal = ? AND key = ? AND url <> ? AND state <> 'done'"
            " AND json_array_length(coalesce(alternate_urls, '[]')) < ?"
            " AND NOT EXISTS"
            " (SELECT 1 FROM json_each(coalesce(alternate_urls, '[]')) WHERE value = ?)",
            (request.url, self.portal, request.key, request.url, _MAX_ALTERNATES, request.url),
        )

    def add_done(self, key: str, url: str) -> bool:
        """Record a page that need not be fetched; return True if it was not in the frontier."""
        with self.store.writing():
            cursor = self.store.db.conn.execute(
                "INSERT INTO frontier (portal, key, url, request, priority, state)"
                " VALUES (?, ?, ?, '{}', 0, 'done') ON CONFLICT (portal, key) DO NOTHING",
                (self.portal, key, url),
            )
        return bool(cursor.rowcount)

    def lease(self, count: int, above: int | None = None) -> list[LeasedRequest]:
        """Lease up to ``count`` pending requests, the highest priority first, then the oldest.

        ``above``: only requests of a higher priority.
        """
        with self.store.writing():
            rows = self.store.db.conn.execute(
                "UPDATE frontier SET state = 'leased' WHERE id IN (SELECT id FROM frontier"
                " WHERE portal = ?1 AND state = 'pending' AND (?2 IS NULL OR priority > ?2)"
                " ORDER BY priority DESC, id LIMIT ?3)"
                " RETURNING id, key, url, request, priority",
                (self.portal, above, count),
            ).fetchall()
        leased = [LeasedRequest(row[0], row[1], row[2], json.loads(row[3]), row[4]) for row in rows]
        return sorted(leased, key=lambda row: (-row.priority, row.id))

    def record_death(self, in_flight: int, limit: int) -> list[LeasedRequest]:
        """Count the death of the process for the leased requests that were in flight.

        Requests are leased in advance and processed in the order of ``lease``: the first
        ``in_flight`` of those that are still leased were being processed, or one if any of them
        was in flight at an earlier death, after which pages are processed one by one. Return those
        that were in flight at ``limit`` deaths.
        """
        with self.store.writing():
            if self._has_suspects():
                in_flight = 1
            rows = self.store.db.conn.execute(
                "UPDATE frontier SET deaths = deaths + 1 WHERE id IN (SELECT id FROM frontier"
                " WHERE portal = ? AND state = 'leased' ORDER BY priority DESC, id LIMIT ?)"
                " RETURNING id, key, url, request, priority, deaths",
                (self.portal, in_flight),
            ).fetchall()
        return [
            LeasedRequest(row[0], row[1], row[2], json.loads(row[3]), row[4])
            for row in rows
            if row[5] >= limit
        ]

    def _has_suspects(self) -> bool:
        row = self.store.db.conn.execute(
            "SELECT EXISTS (SELECT 1 FROM frontier"
            " WHERE portal = ? AND state = 'leased' AND deaths > 0)",
            (self.portal,),
        ).fetchone()
        return bool(row[0])

    def finish(self, row_id: int, *, failed: bool) -> None:
        """Mark a request as done, or as failed."""
        with self.store.writing():
            self.store.db.conn.execute(
                "UPDATE frontier SET state = ?, attempts = attempts + 1 WHERE id = ?",
                ("failed" if failed else "done", row_id),
            )

    def alternate_urls(self, row_id: int) -> list[str]:
        """Return the other URLs of the page of a request."""
        row = self.store.db.conn.execute(
            "SELECT alternate_urls FROM frontier WHERE id = ?", (row_id,)
        ).fetchone()
        return list(json.loads(row[0])) if row and row[0] else []

    def release(self) -> None:
        """Make every leased request pending again."""
        with self.store.writing():
            self._set_state("pending", "leased")

    def retry_failed(self, attempts: int) -> int:
        """Make requests that failed fewer than ``attempts`` times pending; return their number."""
        with self.store.writing():
            cursor = self.store.db.conn.execute(
                "UPDATE frontier SET state = 'pending' WHERE portal = ? AND state = 'failed'"
                " AND attempts < ?",
                (self.portal, attempts),
            )
        return cursor.rowcount

    def requeue_failed(self) -> None:
        """Make every failed request pending, as if it had not been tried."""
        with self.store.writing():
            self.store.db.conn.execute(
                "UPDATE frontier SET state = 'pending', attempts = 0"
                " WHERE portal = ? AND state = 'failed'",
                (self.portal,),
            )

    def give_up(self) -> None:
        """Mark requests that failed before and are pending or leased again as failed."""
        with self.store.writing():
            self.store.db.conn.execute(
                "UPDATE frontier SET state = 'failed' WHERE portal = ? AND attempts > 0"
                " AND state IN ('pending', 'leased')",
                (self.portal,),
            )

    def _set_state(self, state: str, before: str) -> None:
        self.store.db.conn.execute(
            "UPDATE frontier SET state = ? WHERE portal = ? AND state = ?",
            (state, self.portal, before),
        )

    def count(self, *states: str) -> int:
        """Return the number of requests in ``states``."""
        marks = ", ".join("?" for _ in states)
        row = self.store.db.conn.execute(
            f"SELECT count(*) FROM frontier WHERE portal = ? AND state IN ({marks})",  # noqa: S608
            (self.portal, *states),
        ).fetchone()
        return int(row[0])

    def count_failed_lists(self) -> int:
        """Return the number of failed requests for pages that may be lists, whose links are lost.

        A failed article is due again; a failed announcement is none.
        """
        row = self.store.db.conn.execute(
            "SELECT count(*) FROM frontier WHERE portal = ? AND state = 'failed'"
            " AND coalesce(request -> 'meta' ->> 'kind', 'other') <> 'article'",
            (self.portal,),
        ).fetchone()
        return int(row[0])

    def callback_names(self) -> set[str]:
        """Return the names of the callbacks and errbacks of unfinished requests."""
        rows = self.store.db.conn.execute(
            "SELECT DISTINCT request ->> 'callback', request ->> 'errback' FROM frontier"
            " WHERE portal = ? AND state IN ('pending', 'leased', 'failed')",
            (self.portal,),
        )
        return {name for row in rows.fetchall() for name in row if name}

    def announcements(self) -> list[str]:
        """Return the page keys of the sitemaps and feeds that the crawl requested."""
        rows = self.store.db.conn.execute(
            "SELECT key FROM frontier WHERE portal = ?"
            " AND request -> 'meta' ->> 'kind' = 'announcement'",
            (self.portal,),
        )
        return [row[0] for row in rows.fetchall()]

    def clear(self) -> None:
        """Delete the state of the crawl, so that the next one starts from the beginning."""
        with self.store.writing():
            for table in ("frontier", "exploration_log"):
                self.store.db.conn.execute(
                    f"DELETE FROM {table} WHERE portal = ?",  # noqa: S608 - our own names
                    (self.portal,),
                )

    # --- exploration -----------------------------------------------------------------------------

    def record_exploration(self, url: str, page: Sequence[Any]) -> None:
        """Store a page as exploration saw it, so that a resumed crawl can repeat its decisions."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT INTO exploration_log (portal, url, page) VALUES (?, ?, ?)",
                (self.portal, url, json.dumps(page, ensure_ascii=False)),
            )

    def exploration_log(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield URLs and pages as exploration saw them, in order."""
        rows = self.store.db.conn.execute(
            "SELECT url, page FROM exploration_log WHERE portal = ? ORDER BY id", (self.portal,)
        )
        for url, page in rows.fetchall():
            yield url, json.loads(page)
