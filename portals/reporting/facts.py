"""The data of the report, read from the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portals.article import field_names
from portals.store.catalogue_table import portal_titles
from portals.store.sqlite import Database
from portals.store.statistics import (
    articles_per_month,
    field_counts,
    newest_articles,
    row_counts,
    syndication_pairs,
)
from portals.store.status import PortalStatus, portal_statuses

COVERED = field_names("counted")
"""Fields whose coverage is reported."""

_LATEST = 500  # articles listed with their titles; the search of the page covers these
_FOLLOWED = 100


@dataclass(frozen=True, slots=True)
class Month:
    """How many articles of a portal were published in a month ("2025-03")."""

    portal: str
    month: str
    articles: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of a portal's articles that have a field, from 0 to 1."""

    portal: str
    articles: int
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Facts:
    """All data of the report, as of ``at`` (aware)."""

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
        titles=portal_titles(conn),
        counts=row_counts(conn, ("articles", "revisions", "sightings", "similar")),
        statuses=[status for status in portal_statuses(db, [], now) if status.articles],
        months=[Month(*row) for row in articles_per_month(conn)],
        coverage=[
            Coverage(portal, total, {name: n / total for name, n in having.items()})
            for portal, (total, having) in field_counts(conn, COVERED).items()
        ],
        followed=syndication_pairs(conn, _FOLLOWED),
        latest=newest_articles(conn, _LATEST),
    )
