"""Settled pages: those that gave the same in many nights, and it was no article.

A page that is blank, broken or too slow for ever cannot be had by anybody. It ends no run as
``incomplete`` any more, is requested weekly, and stays counted and named.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

SETTLED_AFTER = 7
"""Nights with the same result after which a page that cannot be read is settled."""

_COUNT = "SELECT count(*) FROM page_visits WHERE unread_nights >= ? AND portal = ?"

# A page has a reject for every reason; the last one is that of the last visit.
_PAGES = """
    SELECT portal, url, coalesce((SELECT reason FROM rejects WHERE rejects.url = page_visits.url
        ORDER BY at DESC LIMIT 1), unread_as) AS reason,
        unread_nights AS nights, fingerprint IS NOT NULL AS is_stored, fetched_at, next_visit_at
    FROM page_visits WHERE unread_nights >= ? ORDER BY portal, url
"""


@dataclass(frozen=True, slots=True)
class SettledPage:
    """A settled page; times are UTC, ISO 8601.

    ``reason``: the sentence of its last reject. ``nights``: in how many it was requested with the
    same result. ``is_stored``: an earlier visit had its article, which is kept.
    """

    portal: str
    url: str
    reason: str
    nights: int
    is_stored: bool
    fetched_at: str
    next_visit_at: str | None


def count_settled(connection: sqlite3.Connection, portal: str) -> int:
    """Return the number of settled pages of a portal."""
    return int(connection.execute(_COUNT, (SETTLED_AFTER, portal)).fetchone()[0])


def settled_pages(connection: sqlite3.Connection) -> list[SettledPage]:
    """Return the settled pages of all portals, by portal and URL."""
    rows = connection.execute(_PAGES, (SETTLED_AFTER,)).fetchall()
    return [
        SettledPage(portal, url, reason, nights, bool(is_stored), at, due)
        for portal, url, reason, nights, is_stored, at, due in rows
    ]
