"""The frontier's tables: what is to be fetched, and what exploration saw. SQL and nothing else.

Every method runs inside the caller's transaction or, where there is none, in its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portals.store.database import Store

_MAX_ALTERNATES = 5  # addresses kept beside a page's own; a hostile page may name thousands


@dataclass(frozen=True, slots=True)
class QueuedRequest:
    """A request as data. ``key``: what makes it the same page; ``request``: all but the address."""

    key: str
    url: str
    request: dict[str, Any]
    priority: int = 0


@dataclass(frozen=True, slots=True)
class LeasedRequest:
    """A request that was handed out: its row's id, and itself."""

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
        """Addresses of pages that wait, or were read, under another one; whoever reads clears."""

    def add(self, requests: Iterable[QueuedRequest]) -> int:
        """Add requests not met before and return how many there were.

        Where the same page waits under another address, the new address is kept beside it.
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
                    self._keep_other_address(request)
        return added

    def _keep_other_address(self, request: QueuedRequest) -> None:
        kept = self.store.db.conn.execute(
            "SELECT url FROM frontier WHERE portal = ? AND key = ?", (self.portal, request.key)
        ).fetchone()
        if kept is None or kept[0] == request.url:
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
        """Note a page that need not be fetched; tell whether this crawl had not met it before."""
        with self.store.writing():
            cursor = self.store.db.conn.execute(
                "INSERT INTO frontier (portal, key, url, request, priority, state)"
                " VALUES (?, ?, ?, '{}', 0, 'done') ON CONFLICT (portal, key) DO NOTHING",
                (self.portal, key, url),
            )
        return bool(cursor.rowcount)

    def lease(self, count: int) -> list[LeasedRequest]:
        """Hand out up to ``count`` requests, the highest priority first, then the oldest."""
        with self.store.writing():
            rows = self.store.db.conn.execute(
                "UPDATE frontier SET state = 'leased' WHERE id IN (SELECT id FROM frontier"
                " WHERE portal = ? AND state = 'pending' ORDER BY priority DESC, id LIMIT ?)"
                " RETURNING id, key, url, request, priority",
                (self.portal, count),
            ).fetchall()
        leased = [LeasedRequest(row[0], row[1], row[2], json.loads(row[3]), row[4]) for row in rows]
        return sorted(leased, key=lambda row: (-row.priority, row.id))

    def finish(self, row_id: int, *, failed: bool) -> None:
        """Mark a request as done, or as failed."""
        with self.store.writing():
            self.store.db.conn.execute(
                "UPDATE frontier SET state = ?, attempts = attempts + 1 WHERE id = ?",
                ("failed" if failed else "done", row_id),
            )

    def alternate_urls(self, row_id: int) -> list[str]:
        """Return the other addresses of the page of a request."""
        row = self.store.db.conn.execute(
            "SELECT alternate_urls FROM frontier WHERE id = ?", (row_id,)
        ).fetchone()
        return list(json.loads(row[0])) if row and row[0] else []

    def release(self) -> None:
        """Return every leased request to those that wait."""
        with self.store.writing():
            self._set_state("pending", "leased")

    def retry_failed(self, attempts: int) -> int:
        """Return what failed in fewer than ``attempts`` tries to those that wait, and its count."""
        with self.store.writing():
            cursor = self.store.db.conn.execute(
                "UPDATE frontier SET state = 'pending' WHERE portal = ? AND state = 'failed'"
                " AND attempts < ?",
                (self.portal, attempts),
            )
        return cursor.rowcount

    def give_up(self) -> None:
        """Mark what failed before and waits again, or is leased, as failed."""
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

    def callback_names(self) -> set[str]:
        """Return the names of the methods that are to read what waits."""
        rows = self.store.db.conn.execute(
            "SELECT DISTINCT request ->> 'callback', request ->> 'errback' FROM frontier"
            " WHERE portal = ? AND state IN ('pending', 'leased', 'failed')",
            (self.portal,),
        )
        return {name for row in rows.fetchall() for name in row if name}

    def clear(self) -> None:
        """Forget the crawl: the next one begins anew."""
        with self.store.writing():
            for table in ("frontier", "exploration_log"):
                self.store.db.conn.execute(
                    f"DELETE FROM {table} WHERE portal = ?",  # noqa: S608 - our own names
                    (self.portal,),
                )

    # --- exploration -----------------------------------------------------------------------------

    def record_exploration(self, url: str, page: Sequence[Any]) -> None:
        """Keep what exploration saw at ``url``, so that a resumed crawl knows what this one did."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT INTO exploration_log (portal, url, page) VALUES (?, ?, ?)",
                (self.portal, url, json.dumps(page, ensure_ascii=False)),
            )

    def exploration_log(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield what exploration saw, in order."""
        rows = self.store.db.conn.execute(
            "SELECT url, page FROM exploration_log WHERE portal = ? ORDER BY id", (self.portal,)
        )
        for url, page in rows.fetchall():
            yield url, json.loads(page)
