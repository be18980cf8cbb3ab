"""What portals changed without a word, and what they withdrew: newest first, a page at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from portals.store.rows import rows_of

PAGE_SIZE = 30
_LAST = "9"  # later than any time
_MOST_READ = 20_000  # rows read for one page; the following page continues behind them

# A headline that changed with its text is in the row of the text.
_EDITS = """
    SELECT e.seen_at, e.id, 'edit' AS what, e.article_id, e.url, e.field, e.before, e.after
    FROM edits e
    WHERE e.cause = 'portal' AND e.seen_at <= ? AND NOT (e.field = 'title' AND EXISTS (
        SELECT 1 FROM revisions r JOIN revisions b ON b.article_id = r.article_id
        WHERE r.article_id = e.article_id AND r.seen_at = e.seen_at AND r.title = e.after
            AND b.seen_at < r.seen_at))
    ORDER BY e.seen_at DESC, e.id DESC
"""
_TEXTS = """
    SELECT r.seen_at, r.id, 'text' AS what, r.article_id, NULL AS url, 'text' AS field,
        EXISTS (SELECT 1 FROM revisions e WHERE e.article_id = r.article_id
            AND (e.seen_at, e.id) < (r.seen_at, r.id)) AS is_later
    FROM revisions r WHERE r.seen_at <= ? ORDER BY r.seen_at DESC, r.id DESC
"""
_BEFORE = """
    SELECT title FROM revisions WHERE article_id = ? AND (seen_at, id) < (?, ?)
    ORDER BY seen_at DESC, id DESC LIMIT 1
"""
_NAMED = "SELECT title, portal, url FROM articles WHERE id = ?"
_WITHDRAWN = """
    SELECT v.fetched_at AS gone_at, v.status, s.article_id, s.portal, s.url, s.title,
        s.published_at, s.published_precision, s.last_seen_at
    FROM page_visits v JOIN sightings s ON s.url = v.url
    WHERE v.kind = 'article'
        AND (v.status IN (404, 410) OR (v.status = 200 AND v.fingerprint IS NULL))
        AND v.fetched_at <= :top AND (v.fetched_at, v.url) < (:top, :url)
        AND (:portal IS NULL OR v.portal = :portal)
        AND EXISTS (
            SELECT 1 FROM page_visits o WHERE o.portal = v.portal AND o.kind = 'article'
                AND o.status = 200 AND o.fingerprint IS NOT NULL AND o.fetched_at >= v.fetched_at
        )
        AND NOT EXISTS (
            SELECT 1 FROM sightings m
            WHERE m.article_id = s.article_id AND m.portal = s.portal AND m.url <> s.url
                AND NOT EXISTS (
                    SELECT 1 FROM page_visits g WHERE g.url = m.url AND g.kind = 'article'
                        AND (g.status IN (404, 410) OR (g.status = 200 AND g.fingerprint IS NULL))
                )
        )
    ORDER BY v.fetched_at DESC, v.url DESC LIMIT :limit
"""

ChangePosition = tuple[str, str, int]
"""Time, kind (``edit`` or ``text``) and key of a change."""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Rows of a page, and where the following page begins, if there is one."""

    rows: list[dict[str, Any]]
    following: tuple[Any, ...] | None


def edits_page(
    conn: sqlite3.Connection, after: ChangePosition | None = None, limit: int = PAGE_SIZE
) -> ChangePage:
    """Return the changes that portals made to stored articles, newest first.

    Raises sqlite3.Error.
    """
    top = after[0] if after else _LAST
    found = merge(
        _stream(conn, _EDITS, top), _stream(conn, _TEXTS, top), reverse=True, key=_position
    )
    rows: list[dict[str, Any]] = []
    following: ChangePosition | None = None
    for row in islice(found, _MOST_READ):
        if after is not None and _position(row) >= after:
            continue
        if len(rows) == limit:
            return ChangePage(rows, following)
        following = _position(row)
        if row["what"] == "edit" or row["is_later"]:
            rows.append(_named(conn, row))
    return ChangePage(rows, following if next(found, None) else None)


def _stream(conn: sqlite3.Connection, sql: str, top: str) -> Iterator[dict[str, Any]]:
    return rows_of(conn.execute(sql, (top,)))


def _position(row: dict[str, Any]) -> ChangePosition:
    return row["seen_at"], row["what"], row["id"]


def _named(conn: sqlite3.Connection, row: dict[str, Any]) -> dict[str, Any]:
    title, portal, url = conn.execute(_NAMED, (row["article_id"],)).fetchone()
    found = {**row, "title": title, "portal": portal, "url": row["url"] or url}
    if row["what"] == "text":
        before = conn.execute(_BEFORE, (row["article_id"], row["seen_at"], row["id"])).fetchone()
        found["before"] = before[0] if before and before[0] != title else None
        found["after"] = title if found["before"] else None
    found.pop("is_later", None)
    return found


def withdrawn_page(
    conn: sqlite3.Connection,
    after: tuple[str, str] | None = None,
    portal: str | None = None,
    limit: int = PAGE_SIZE,
) -> ChangePage:
    """Return the articles whose page is gone, those found last first. Raises sqlite3.Error."""
    top, url = after or (_LAST, "")
    values = {"top": top, "url": url, "portal": portal, "limit": limit + 1}
    rows = list(rows_of(conn.execute(_WITHDRAWN, values)))
    shown = rows[:limit]
    following = (shown[-1]["gone_at"], shown[-1]["url"]) if len(rows) > limit else None
    return ChangePage(shown, following)
