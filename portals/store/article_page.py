"""Everything that is stored of one article, as a page shows it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portals.store.history import History, history_of
from portals.store.rows import rows_of

_ARTICLE = """
    SELECT a.*, p.title AS portal_title, p.kind AS portal_kind, p.state AS portal_state,
        p.province_then, p.province_now
    FROM articles a LEFT JOIN portals p ON p.name = a.portal WHERE a.id = ?
"""
_IMAGES = "SELECT url, caption FROM images WHERE article_id = ? ORDER BY position"
_FILES = "SELECT url, title, page_url FROM attachments WHERE article_id = ? ORDER BY position"
_SIGHTINGS = """
    SELECT s.url, s.portal, p.title AS portal_title, p.state AS portal_state, s.title, s.section,
        s.published_at, s.published_precision, s.view_count, s.first_seen_at, s.last_seen_at,
        s.content_hash,
        (SELECT max(fetched_at) FROM page_visits v WHERE v.url = s.url AND v.kind = 'article'
            AND (v.status IN (404, 410) OR (v.status = 200 AND v.fingerprint IS NULL))) AS gone_at
    FROM sightings s LEFT JOIN portals p ON p.name = s.portal
    WHERE s.article_id = ? ORDER BY coalesce(s.published_at, s.first_seen_at), s.first_seen_at
"""
_SIMILAR = """
    SELECT a.id, a.portal, a.title, a.published_at, a.published_precision, a.first_seen_at,
        found.similarity
    FROM (SELECT other_id AS id, similarity FROM similar WHERE article_id = :id
          UNION ALL SELECT article_id, similarity FROM similar WHERE other_id = :id) AS found
    JOIN articles a ON a.id = found.id ORDER BY found.similarity DESC LIMIT 20
"""
_PAGES = """
    SELECT p.id, p.url, p.fetched_at, p.via, p.status FROM pages p
    WHERE p.url = ? AND p.status = 200 ORDER BY p.fetched_at DESC, p.id DESC LIMIT 12
"""
_REDIRECT = "SELECT article_id FROM article_redirects WHERE old_id = ?"


@dataclass(frozen=True, slots=True)
class Copy:
    """A URL at which the story is published. ``lag_hours``: after the first; None: it is the first.

    ``is_estimated``: one of the two shows no time of day. ``has_other_text`` and
    ``has_other_title``: compared with the first.
    """

    url: str
    portal: str
    portal_title: str | None
    title: str
    section: str | None
    at: str
    precision: str | None
    last_seen_at: str
    gone_at: str | None
    lag_hours: float | None
    is_estimated: bool
    has_other_title: bool
    has_other_text: bool


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article and its surroundings. ``article``: the columns of its row, and of its portal."""

    article: dict[str, Any]
    images: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    copies: list[Copy]
    similar: list[dict[str, Any]]
    history: History
    pages: list[dict[str, Any]]
    provenance: dict[str, str]
    gone_at: str | None


def article_view(conn: sqlite3.Connection, article_id: int) -> ArticleView | None:
    """Return an article by its id, or None. Raises sqlite3.Error."""
    article = next(rows_of(conn.execute(_ARTICLE, (article_id,))), None)
    if article is None:
        return None
    sightings = list(rows_of(conn.execute(_SIGHTINGS, (article_id,))))
    gone = [row["gone_at"] for row in sightings if row["url"] == article["url"]]
    return ArticleView(
        article=article,
        images=list(rows_of(conn.execute(_IMAGES, (article_id,)))),
        attachments=list(rows_of(conn.execute(_FILES, (article_id,)))),
        copies=list(_copies(sightings)),
        similar=list(rows_of(conn.execute(_SIMILAR, {"id": article_id}))),
        history=history_of(conn, article_id),
        pages=list(rows_of(conn.execute(_PAGES, (article["url"],)))),
        provenance={key: str(rule) for key, rule in json.loads(article["provenance"]).items()},
        gone_at=gone[0] if gone else None,
    )


def moved_to(conn: sqlite3.Connection, article_id: int) -> int | None:
    """Return the article that an id of an earlier release became, or None."""
    row = conn.execute(_REDIRECT, (article_id,)).fetchone()
    return int(row[0]) if row else None


def _copies(sightings: list[dict[str, Any]]) -> Iterator[Copy]:
    first = sightings[0] if sightings else {}
    for row in sightings:
        is_first = row is first
        exact = row["published_precision"] == "minute" and first["published_precision"] == "minute"
        yield Copy(
            url=row["url"],
            portal=row["portal"],
            portal_title=row["portal_title"],
            title=row["title"],
            section=row["section"],
            at=row["published_at"] or row["first_seen_at"],
            precision=row["published_precision"],
            last_seen_at=row["last_seen_at"],
            gone_at=row["gone_at"],
            lag_hours=None if is_first else _hours_between(first, row),
            is_estimated=not is_first and not exact,
            has_other_title=row["title"] != first["title"],
            has_other_text=row["content_hash"] != first["content_hash"],
        )


def _hours_between(first: dict[str, Any], later: dict[str, Any]) -> float:
    times = [
        datetime.fromisoformat(row["published_at"] or row["first_seen_at"])
        for row in (first, later)
    ]
    return round((times[1] - times[0]).total_seconds() / 3600, 1)
