"""What the report tells, read from the database."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from portals.store.status import PortalStatus, portal_statuses

COVERED = ("lead", "author", "source", "section", "published_at")
"""Fields whose coverage is told."""

_LATEST = 500  # articles with their titles; the search of the page is over these
_FOLLOWED = 100


@dataclass(frozen=True, slots=True)
class Month:
    """How many articles of a portal were published in a month ("2025-03")."""

    portal: str
    month: str
    articles: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which share of a portal's articles has a field, from 0 to 1."""

    portal: str
    articles: int
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the report tells, as of ``at`` (aware)."""

    at: datetime
    titles: dict[str, str]
    counts: dict[str, int]
    statuses: list[PortalStatus]
    months: list[Month]
    coverage: list[Coverage]
    followed: list[dict[str, Any]]
    latest: list[dict[str, Any]]


def gather(db: Database, now: datetime) -> Facts:
    """Read the facts. Raises sqlite3.Error and StorageError."""
    conn = db.conn
    return Facts(
        at=now,
        titles=dict(conn.execute("SELECT name, title FROM portals").fetchall()),
        counts={
            name: conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
            for name in ("articles", "revisions", "sightings", "similar")
        },
        statuses=[status for status in portal_statuses(db, [], now) if status.articles],
        months=[Month(*row) for row in conn.execute(_MONTHS)],
        coverage=_coverage(conn),
        followed=_rows(conn, _FOLLOWS, _FOLLOWED),
        latest=_rows(conn, _NEWEST, _LATEST),
    )


_MONTHS = """
    SELECT portal, substr(published_at, 1, 7) AS month, count(*) FROM articles
    WHERE published_at IS NOT NULL GROUP BY portal, month ORDER BY month
"""
_FOLLOWS = """
    SELECT first_portal, portal, count(*) AS stories, round(avg(lag_hours), 1) AS lag_hours,
        sum(title_changed) AS titles_changed, sum(text_changed) AS texts_changed
    FROM syndication GROUP BY first_portal, portal ORDER BY stories DESC LIMIT ?
"""
_NEWEST = """
    SELECT portal, title, url, substr(published_at, 1, 10) AS day FROM articles
    ORDER BY coalesce(published_at, first_seen_at) DESC, id DESC LIMIT ?
"""


def _rows(conn: sqlite3.Connection, sql: str, limit: int) -> list[dict[str, Any]]:
    cursor = conn.execute(sql, (limit,))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _coverage(conn: sqlite3.Connection) -> list[Coverage]:
    counted = ", ".join(f"count({name})" for name in COVERED)
    rows = conn.execute(
        f"SELECT portal, count(*), {counted} FROM articles GROUP BY portal ORDER BY portal"  # noqa: S608
    )
    return [
        Coverage(portal, total, {name: n / total for name, n in zip(COVERED, having, strict=True)})
        for portal, total, *having in rows
    ]
