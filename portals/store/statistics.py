"""Figures over all articles, for the report."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

from portals.store.rows import rows_of

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
    ORDER BY published_at DESC, id DESC LIMIT ?
"""


def row_counts(connection: sqlite3.Connection, tables: Sequence[str]) -> dict[str, int]:
    """Return the number of rows of each of ``tables`` (names of this project)."""
    counts = {}
    for table in tables:
        sql = f"SELECT count(*) FROM {table}"  # noqa: S608 - our own names
        counts[table] = int(connection.execute(sql).fetchone()[0])
    return counts


def articles_per_month(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Return portal, month ("2025-03") and number of articles published, in order of months."""
    return [tuple(row) for row in connection.execute(_MONTHS)]


def month_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the number of dated articles by month, in order of months."""
    counts: Counter[str] = Counter()
    for _, month, articles in articles_per_month(connection):
        counts[month] += articles
    return dict(counts)


def field_counts(
    connection: sqlite3.Connection, names: Sequence[str]
) -> dict[str, tuple[int, dict[str, int]]]:
    """Return by portal its number of articles, and how many of them have each of the fields."""
    counted = ", ".join(f"count({name})" for name in names)
    rows = connection.execute(
        f"SELECT portal, count(*), {counted} FROM articles GROUP BY portal ORDER BY portal"  # noqa: S608
    )
    return {
        portal: (total, dict(zip(names, having, strict=True))) for portal, total, *having in rows
    }


def syndication_pairs(connection: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """Return which portal follows which, how often and how late, most frequent pairs first."""
    return list(rows_of(connection.execute(_FOLLOWS, (limit,))))


def newest_articles(connection: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """Return portal, title, URL and day of the articles published last; undated ones are last."""
    return list(rows_of(connection.execute(_NEWEST, (limit,))))
