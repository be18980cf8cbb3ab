"""What earlier crawls knew of a portal: visits to pages, and how far its sections were walked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from portals.store.database import Store
from portals.store.saving import utc

TRUST_AFTER = 2
"""Times that a page's validator must have told the truth before it is relied on."""

PageState = Literal["expected", "fetched", "unchanged", "empty", "failed"]


@dataclass(frozen=True, slots=True)
class Visit:
    """The last visit to a page. ``truthful``: how often its validator told the truth; -1: it lied.

    Times are UTC, ISO 8601. ``fingerprint``: of the text of an article, of the links of a list;
    ``items``: articles that a list led to.
    """

    key: str
    url: str
    kind: Literal["article", "listing", "other"]
    status: int
    first_fetched_at: str
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None
    fingerprint: str | None = None
    items: int | None = None
    truthful: int = 0
    next_visit_at: str | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, for the ledger."""

    section: str
    number: int
    url: str
    state: PageState
    items: int = 0
    stopped: str = ""


_VISIT_COLUMNS = (
    "key", "url", "kind", "status", "first_fetched_at", "fetched_at", "etag", "last_modified",
    "fingerprint", "items", "truthful", "next_visit_at",
)  # fmt: skip


class Memory:
    """What is remembered of one portal."""

    def __init__(self, store: Store, portal: str) -> None:
        self.store = store
        self.portal = portal

    # --- visits ----------------------------------------------------------------------------------

    def recall(self, key: str) -> Visit | None:
        """Return the last visit to the page, if there was one."""
        row = self.store.db.conn.execute(
            f"SELECT {', '.join(_VISIT_COLUMNS)} FROM visits"  # noqa: S608 - our own names
            " WHERE portal = ? AND key = ?",
            (self.portal, key),
        ).fetchone()
        return Visit(*row) if row else None

    def remember(self, visit: Visit) -> None:
        """Keep a visit; the time of the first one stays."""
        values = tuple(getattr(visit, name) for name in _VISIT_COLUMNS)
        changed = ", ".join(
            f"{name} = excluded.{name}"
            for name in _VISIT_COLUMNS
            if name not in ("key", "first_fetched_at")
        )
        marks = ", ".join("?" for _ in range(len(values) + 1))
        with self.store.writing():
            self.store.db.conn.execute(
                f"INSERT INTO visits (portal, {', '.join(_VISIT_COLUMNS)})"  # noqa: S608
                f" VALUES ({marks}) ON CONFLICT (portal, key) DO UPDATE SET {changed}",
                (self.portal, *values),
            )

    def due(self, now: datetime, limit: int) -> list[str]:
        """Return the addresses of articles that the calendar wants visited, longest due first."""
        rows = self.store.db.conn.execute(
            "SELECT url FROM visits WHERE portal = ? AND kind = 'article' AND next_visit_at <= ?"
            " ORDER BY next_visit_at LIMIT ?",
            (self.portal, utc(now), limit),
        )
        return [row[0] for row in rows.fetchall()]

    # --- sections --------------------------------------------------------------------------------

    def walked_at(self, section: str) -> str | None:
        """Return when the last walk ended that went through ``section`` without a hole."""
        row = self.store.db.conn.execute(
            "SELECT walked_at FROM sections WHERE portal = ? AND section = ?",
            (self.portal, section),
        ).fetchone()
        return row[0] if row else None

    def is_walked(self, section: str) -> bool:
        """Tell whether the last walk through ``section`` went to its end without a hole."""
        row = self.store.db.conn.execute(
            "SELECT walked_at >= walk_began_at FROM sections WHERE portal = ? AND section = ?",
            (self.portal, section),
        ).fetchone()
        return bool(row and row[0])

    def begin_walk(self, section: str, at: datetime, run_id: int) -> None:
        """Note that a walk through ``section`` begins."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT INTO sections (portal, section, walk_began_at, run_id)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (portal, section) DO UPDATE"
                " SET walk_began_at = excluded.walk_began_at, stopped = NULL,"
                " run_id = excluded.run_id",
                (self.portal, section, utc(at), run_id),
            )

    def end_walk(self, section: str, number: int, stopped: str, run_id: int) -> None:
        """Note why the walk through ``section`` stopped at its page ``number``."""
        with self.store.writing():
            self.store.db.conn.execute(
                "UPDATE sections SET stopped = ?, run_id = ? WHERE portal = ? AND section = ?",
                (stopped, run_id, self.portal, section),
            )
            if stopped == "end":
                # The list has become shorter: pages behind its end are no holes.
                self.store.db.conn.execute(
                    "DELETE FROM list_pages WHERE portal = ? AND section = ? AND number > ?",
                    (self.portal, section, number),
                )

    def finish_walks(self, at: datetime, *, is_whole: bool) -> None:
        """At the end of a crawl, let walks count that stopped for a reason and left no hole.

        A portal that is explored is one section, ``""``, and is walked where ``is_whole``.
        """
        with self.store.writing():
            if is_whole:
                self.store.db.conn.execute(
                    "UPDATE sections SET stopped = 'end' WHERE portal = ? AND section = ''",
                    (self.portal,),
                )
            self.store.db.conn.execute(
                "UPDATE sections SET walked_at = ? WHERE portal = ?"
                " AND stopped IS NOT NULL AND NOT EXISTS (SELECT 1 FROM list_pages p"
                " WHERE p.portal = sections.portal AND p.section = sections.section"
                " AND p.state IN ('failed', 'empty'))",
                (utc(at), self.portal),
            )

    def expect(
        self, section: str, pages: Sequence[tuple[int, str]], at: datetime, run_id: int
    ) -> None:
        """Enter pages that a pager shows into the ledger, where they are not in it."""
        with self.store.writing():
            self.store.db.conn.executemany(
                "INSERT INTO list_pages (portal, section, number, url, state, items, at, run_id)"
                " VALUES (?, ?, ?, ?, 'expected', 0, ?, ?) ON CONFLICT DO NOTHING",
                [(self.portal, section, n, url, utc(at), run_id) for n, url in pages],
            )

    def note_page(self, page: ListPage, at: datetime, run_id: int) -> None:
        """Enter a list page into the ledger; one that failed keeps what it led to before."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT INTO list_pages"
                " (portal, section, number, url, state, items, at, run_id, stopped)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (portal, section, number)"
                " DO UPDATE SET url = excluded.url, state = excluded.state,"
                " stopped = excluded.stopped,"
                " items = CASE excluded.state WHEN 'failed' THEN items ELSE excluded.items END,"
                " at = excluded.at, run_id = excluded.run_id",
                (
                    self.portal,
                    page.section,
                    page.number,
                    page.url,
                    page.state,
                    page.items,
                    utc(at),
                    run_id,
                    page.stopped or None,
                ),
            )

    def usual_items(self, section: str) -> int:
        """Return how many articles the first page of ``section`` led to when it was last read."""
        row = self.store.db.conn.execute(
            "SELECT items FROM list_pages WHERE portal = ? AND section = ? AND number = 1",
            (self.portal, section),
        ).fetchone()
        return int(row[0]) if row else 0

    def holes(self, run_id: int) -> list[ListPage]:
        """Return the list pages that failed or were empty in the middle in a run."""
        rows = self.store.db.conn.execute(
            "SELECT section, number, url, state, items FROM list_pages"
            " WHERE portal = ? AND run_id = ? AND state IN ('failed', 'empty')"
            " ORDER BY section, number",
            (self.portal, run_id),
        )
        return [ListPage(*row) for row in rows.fetchall()]

    def forget_rejects(self, url: str) -> None:
        """Drop the rejects of a page that was fetched again; what still holds is told anew."""
        with self.store.writing():
            self.store.db.conn.execute("DELETE FROM rejects WHERE url = ?", (url,))
