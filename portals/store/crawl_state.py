"""The crawl state of a portal: page visits, and how far its listings were traversed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Literal

from portals.outcomes import StopReason
from portals.store.database import Store
from portals.store.future_times import true_until
from portals.store.settled_pages import SETTLED_AFTER
from portals.timestamps import utc

TRUST_AFTER = 2
"""Times that a page's validator must have been right before it is relied on."""

VisitKind = Literal["article", "listing", "other"]

PageState = Literal["expected", "fetched", "unchanged", "empty", "failed"]


@dataclass(frozen=True, slots=True)
class PageVisit:
    """The last visit to a page; times are UTC, ISO 8601.

    ``fingerprint``: hash of an article's text, or of a listing page's links. ``listed_articles``:
    number of articles linked from a listing page. ``validator_trust``: how often its validator was
    right; -1 once it was wrong. ``unread_as``, ``unread_nights``: what came in place of an article,
    and in how many nights in a row.
    """

    key: str
    url: str
    kind: VisitKind
    status: int
    first_fetched_at: str
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None
    fingerprint: str | None = None
    listed_articles: int | None = None
    validator_trust: int = 0
    next_visit_at: str | None = None
    unread_as: str | None = None
    unread_nights: int = 0

    @property
    def is_settled(self) -> bool:
        """Return True for a page that could not be read in so many nights that one may stop."""
        return self.unread_nights >= SETTLED_AFTER


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A row of ``listing_pages``."""

    listing: str
    number: int
    url: str
    state: PageState
    listed_articles: int = 0
    stop_reason: StopReason | None = None


_VISIT_COLUMNS = (
    "key", "url", "kind", "status", "first_fetched_at", "fetched_at", "etag", "last_modified",
    "fingerprint", "listed_articles", "validator_trust", "next_visit_at",
    "unread_as", "unread_nights",
)  # fmt: skip
_visit_values = attrgetter(*_VISIT_COLUMNS)
_LONG = 200  # pages of a listing, or of a portal, that are read twice after interruptions, no more
_IS_ARCHIVED = "kind = 'article' AND next_visit_at IS NULL"
"""What holds for a visit that only a replayed archive has, and no crawl of the portal."""

_LAST_VISIT = f"""
    SELECT {", ".join(_VISIT_COLUMNS)} FROM page_visits
    WHERE portal = ? AND key = ? AND NOT ({_IS_ARCHIVED})
"""  # noqa: S608 - our own names
_AFTER_TRAVERSALS = """
    max(?, coalesce((SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', max(completed_at), '+1 second')
    FROM listings WHERE portal = ?), ''))
"""
"""A time that is after all whole traversals, also where the clock was put back since: an article
that was first fetched before one is taken for read with everything behind it."""

_CHANGED = [name for name in _VISIT_COLUMNS if name not in ("key", "first_fetched_at")]
_SAVE_VISIT = f"""
    INSERT INTO page_visits (portal, {", ".join(_VISIT_COLUMNS)}) VALUES (?,
    {", ".join(_AFTER_TRAVERSALS if name == "first_fetched_at" else "?" for name in _VISIT_COLUMNS)}
    ) ON CONFLICT (portal, key) DO UPDATE SET
    first_fetched_at = iif({_IS_ARCHIVED}, excluded.first_fetched_at, first_fetched_at),
    {", ".join(f"{name} = excluded.{name}" for name in _CHANGED)}
"""  # noqa: S608 - our own names

_SAVE_ARCHIVED_VISIT = f"""
    INSERT INTO page_visits (portal, {", ".join(_VISIT_COLUMNS)})
    VALUES (?{", ?" * len(_VISIT_COLUMNS)}) ON CONFLICT (portal, key) DO UPDATE SET
    status = excluded.status, fetched_at = excluded.fetched_at,
    fingerprint = iif(excluded.status = 200, excluded.fingerprint, fingerprint)
    WHERE kind = 'article' AND excluded.fetched_at > fetched_at
"""  # noqa: S608 - our own names

_CORRECTIONS = (
    "UPDATE page_visits SET fetched_at = :bound,"
    " next_visit_at = iif(next_visit_at > :bound, :bound, next_visit_at)"
    " WHERE portal = :portal AND fetched_at > :latest",
    "UPDATE listings SET completed_at = iif(traversal_started_at > :latest"
    " AND completed_at >= traversal_started_at, :bound, NULL)"
    " WHERE portal = :portal AND completed_at > :latest",
    "UPDATE listings SET traversal_started_at = :bound"
    " WHERE portal = :portal AND traversal_started_at > :latest",
)


_ENDED_IN = """
    listings.portal = ?1 AND listings.run_id IN (SELECT value FROM json_each(?2))
    AND listings.stop_code IS NOT NULL AND NOT EXISTS (SELECT 1 FROM listing_pages m
        WHERE m.portal = listings.portal AND m.listing = listings.listing
        AND m.state IN ('failed', 'empty'))
"""
"""Condition of a traversal of a crawl that ended without a missing page; 1: portal, 2: runs."""

_ENDED_TRAVERSALS = f"""
    SELECT listings.listing, listings.run_id, count(read.number), interrupted,
        coalesce(max(read.run_id <> listings.run_id), 0)
    FROM listings LEFT JOIN listing_pages AS read
        ON read.portal = ?1 AND listings.listing IN (read.listing, '')
        AND read.run_id IN (SELECT value FROM json_each(?2))
    WHERE {_ENDED_IN} GROUP BY listings.listing
"""  # noqa: S608 - our own names


class CrawlState:
    """The tables ``page_visits``, ``listings`` and ``listing_pages``, for one portal."""

    def __init__(self, store: Store, portal: str) -> None:
        self.store = store
        self.portal = portal

    # --- visits ----------------------------------------------------------------------------------

    def last_visit(self, key: str) -> PageVisit | None:
        """Return the last visit to the page, or None; one that only an archive holds is none."""
        row = self.store.db.conn.execute(_LAST_VISIT, (self.portal, key)).fetchone()
        return PageVisit(*row) if row else None

    def save_visit(self, visit: PageVisit) -> None:
        """Store a visit; ``first_fetched_at`` of the first one is not overwritten."""
        with self.store.writing():
            values = list(_visit_values(visit))
            values.insert(_VISIT_COLUMNS.index("first_fetched_at") + 1, self.portal)
            self.store.db.conn.execute(_SAVE_VISIT, (self.portal, *values))

    def forget_announcement(self, key: str) -> None:
        """Forget what a sitemap or feed named: it is read again although it has not changed."""
        with self.store.writing():
            self.store.db.conn.execute(
                "UPDATE page_visits SET fingerprint = NULL"
                " WHERE portal = ? AND key = ? AND kind = 'other'",
                (self.portal, key),
            )

    def save_archived_visit(self, visit: PageVisit) -> None:
        """Store what an archive says of a page, unless something later is known of it."""
        with self.store.writing():
            self.store.db.conn.execute(_SAVE_ARCHIVED_VISIT, (self.portal, *_visit_values(visit)))

    def due_urls(self, now: datetime, limit: int, *, with_settled: bool = False) -> list[str]:
        """Return the URLs of articles that are due for a revisit, longest due first.

        ``with_settled``: also pages that are settled, whenever they are due.

        Also of visits that a clock ahead has dated in the future: they would never be due. Pages
        that were due a day after their visit and never were an article come first, and are all
        due: they may be missing articles.
        """
        rows = self.store.db.conn.execute(
            "SELECT url, fingerprint IS NULL"
            " AND julianday(next_visit_at) - julianday(fetched_at) < 1 AS is_missing"
            " FROM page_visits WHERE portal = ?1 AND kind = 'article'"
            " AND (next_visit_at <= ?2 OR (next_visit_at > ?3 AND fetched_at > ?3)"
            " OR (?4 AND unread_nights >= ?5))"
            " ORDER BY is_missing DESC, next_visit_at",
            (self.portal, utc(now), true_until(utc(now)), with_settled, SETTLED_AFTER),
        ).fetchall()
        missing = [url for url, is_missing in rows if is_missing]
        return missing + [url for url, is_missing in rows if not is_missing][:limit]

    def correct_times(self, now: datetime) -> None:
        """Move times that a clock ahead has given before ``now``: they would hold for years.

        A traversal that is dated so counts as complete only if start and end are, in that order.
        """
        values = {
            "portal": self.portal,
            "latest": true_until(utc(now)),
            "bound": utc(now - timedelta(seconds=1)),
        }
        with self.store.writing():
            for statement in _CORRECTIONS:
                self.store.db.conn.execute(statement, values)

    # --- listings --------------------------------------------------------------------------------

    def traversed_listings(self) -> list[str]:
        """Return the page keys of the listings of all crawls."""
        rows = self.store.db.conn.execute(
            "SELECT listing FROM listings WHERE portal = ?", (self.portal,)
        )
        return [row[0] for row in rows.fetchall()]

    def first_pages(self) -> dict[str, str]:
        """Return the URL of the first page of each listing that an earlier crawl read, by key."""
        rows = self.store.db.conn.execute(
            "SELECT listing, url FROM listing_pages WHERE portal = ? AND number = 1"
            " AND state IN ('fetched', 'unchanged') AND listed_articles > 0 ORDER BY listing",
            (self.portal,),
        )
        return dict(rows.fetchall())

    def read_at(self, listing: str, number: int) -> str | None:
        """Return when a page of ``listing`` was last read, None if it never was."""
        row = self.store.db.conn.execute(
            "SELECT recorded_at FROM listing_pages WHERE portal = ? AND listing = ?"
            " AND number = ? AND state = 'fetched'",
            (self.portal, listing, number),
        ).fetchone()
        return row[0] if row else None

    def completed_at(self, listing: str) -> str | None:
        """Return the end of the last traversal of ``listing`` without a missing page, or None."""
        row = self.store.db.conn.execute(
            "SELECT completed_at FROM listings WHERE portal = ? AND listing = ?",
            (self.portal, listing),
        ).fetchone()
        return row[0] if row else None

    def is_completed(self, listing: str) -> bool:
        """Return True if the last traversal of ``listing`` ended without a missing page."""
        row = self.store.db.conn.execute(
            "SELECT completed_at >= traversal_started_at FROM listings"
            " WHERE portal = ? AND listing = ?",
            (self.portal, listing),
        ).fetchone()
        return bool(row and row[0])

    def begin_traversal(self, listing: str, at: datetime, run_id: int) -> None:
        """Record that a traversal of ``listing`` begins."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT INTO listings (portal, listing, traversal_started_at, run_id)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (portal, listing) DO UPDATE"
                " SET traversal_started_at = excluded.traversal_started_at,"
                " stop_reason = NULL, stop_code = NULL, run_id = excluded.run_id",
                (self.portal, listing, utc(at), run_id),
            )

    def end_traversal(self, listing: str, number: int, stop_reason: StopReason) -> None:
        """Record why the traversal of ``listing`` ended at its page ``number``."""
        with self.store.writing():
            self.store.db.conn.execute(
                "UPDATE listings SET stop_reason = ?, stop_code = ?"
                " WHERE portal = ? AND listing = ?",
                (stop_reason.message, stop_reason, self.portal, listing),
            )
            if stop_reason is StopReason.END:
                # The listing has become shorter: pages after its end are not missing.
                self.store.db.conn.execute(
                    "DELETE FROM listing_pages WHERE portal = ? AND listing = ? AND number > ?",
                    (self.portal, listing, number),
                )

    def complete_traversals(self, at: datetime, run_ids: Sequence[int], *, is_whole: bool) -> int:
        """At the end of a crawl, complete the traversals that ended without a missing page.

        ``run_ids``: the runs of the crawl, the last one first; traversals of others, and of parts,
        remain as they were. One that an interruption cut is repeated by the next crawl: an article
        may have moved to a page that was read before. If it is long and that was cut too, at
        another page, it counts. A portal that is explored is one listing, ``""``, complete if
        ``is_whole`` and no page of any listing is missing. Return the number of listings that the
        next crawl reads again.
        """
        runs = json.dumps(list(run_ids))
        with self.store.writing():
            if is_whole and not self.missing_pages(run_ids):
                self.store.db.conn.execute(
                    "UPDATE listings SET stop_reason = ?, stop_code = ?"
                    " WHERE portal = ? AND listing = ''",
                    (StopReason.END.message, StopReason.END, self.portal),
                )
            again = [
                listing
                for listing, is_cut, pages, cuts in self._ended_traversals(runs, run_ids[0])
                if is_cut and not (pages > _LONG and cuts)
            ]
            for change, which in (
                ("interrupted = interrupted + 1", "IN"),
                ("completed_at = ?4, interrupted = 0", "NOT IN"),
            ):
                self.store.db.conn.execute(
                    f"UPDATE listings SET {change} WHERE {_ENDED_IN}"  # noqa: S608 - our own
                    f" AND listing {which} (SELECT value FROM json_each(?3)) AND ?4 IS NOT NULL",
                    (self.portal, runs, json.dumps(again), utc(at)),
                )
        return len(again)

    def _ended_traversals(self, runs: str, last: int) -> list[tuple[str, bool, int, int]]:
        """Return the listings whose traversal ended without a missing page in one of ``runs``.

        With each: whether an interruption cut it, the pages that the crawl read of it, and how
        many interrupted traversals there were before. ``last``: the last run.
        """
        rows = self.store.db.conn.execute(_ENDED_TRAVERSALS, (self.portal, runs))
        return [
            (listing, bool(run_id != last and (is_in_two or not listing)), pages, cuts)
            for listing, run_id, pages, cuts, is_in_two in rows.fetchall()
        ]

    def record_expected_pages(
        self, listing: str, pages: Sequence[tuple[int, str]], at: datetime, run_id: int
    ) -> None:
        """Insert the pages shown by a pager into ``listing_pages``, unless they are there."""
        with self.store.writing():
            self.store.db.conn.executemany(
                "INSERT INTO listing_pages"
                " (portal, listing, number, url, state, listed_articles, recorded_at, run_id)"
                " VALUES (?, ?, ?, ?, 'expected', 0, ?, ?) ON CONFLICT DO NOTHING",
                [(self.portal, listing, n, url, utc(at), run_id) for n, url in pages],
            )

    def record_listing_page(self, page: ListingPage, at: datetime, run_id: int) -> None:
        """Store a row of ``listing_pages``; a failed page keeps its number of articles."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT INTO listing_pages (portal, listing, number, url, state, listed_articles,"
                " recorded_at, run_id, stop_reason, stop_code)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (portal, listing, number)"
                " DO UPDATE SET url = excluded.url, state = excluded.state,"
                " stop_reason = excluded.stop_reason, stop_code = excluded.stop_code,"
                " listed_articles = CASE excluded.state"
                " WHEN 'failed' THEN listed_articles ELSE excluded.listed_articles END,"
                " recorded_at = excluded.recorded_at, run_id = excluded.run_id",
                (
                    self.portal,
                    page.listing,
                    page.number,
                    page.url,
                    page.state,
                    page.listed_articles,
                    utc(at),
                    run_id,
                    page.stop_reason and page.stop_reason.message,
                    page.stop_reason,
                ),
            )

    def usual_length(self, listing: str) -> int:
        """Return the number of articles on the first page of ``listing`` when last read."""
        row = self.store.db.conn.execute(
            "SELECT listed_articles FROM listing_pages"
            " WHERE portal = ? AND listing = ? AND number = 1",
            (self.portal, listing),
        ).fetchone()
        return int(row[0]) if row else 0

    def missing_pages(self, run_ids: Sequence[int]) -> list[ListingPage]:
        """Return the listing pages that failed, or were empty before the end, in any of the runs.

        A page that a later run read is none of an earlier one.
        """
        rows = self.store.db.conn.execute(
            "SELECT listing, number, url, state, listed_articles FROM listing_pages"
            " WHERE portal = ? AND run_id IN (SELECT value FROM json_each(?))"
            " AND state IN ('failed', 'empty') ORDER BY listing, number",
            (self.portal, json.dumps(list(run_ids))),
        )
        return [ListingPage(*row) for row in rows.fetchall()]

    def delete_rejects(self, url: str) -> None:
        """Delete the rejects of a page that was fetched again; it may be rejected again."""
        with self.store.writing():
            self.store.db.conn.execute("DELETE FROM rejects WHERE url = ?", (url,))
