"""Articles newest first, a page at a time: by portal, author, section and days.

A page continues after the last article of the one before (keyset), so that every page costs the
same. Each filter is read from its index; several portals are merged, and no row is counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import chain, islice
from typing import Any

from portals.store.rows import rows_of

PAGE_SIZE = 20
_LAST = "9"  # later than any date
_INTRODUCTION = 400  # characters of the text, where an article has no lead

Position = tuple[str | None, int]
"""Publication (null: undated) and id of an article: where it is in the order of the news."""

_ORDER = "ORDER BY published_at DESC, id DESC"
_DATED = "published_at <= :top AND published_at >= :since AND published_at < :until"
_UNDATED = "published_at IS NULL AND id < :below"
_ROW = f"""
    SELECT a.id, a.portal, p.title AS portal_title, p.state AS portal_state, a.url, a.title, a.lead,
        substr(a.body, 1, {_INTRODUCTION}) AS introduction, a.author, a.source, a.section,
        a.published_at, a.published_precision, a.word_count, a.first_seen_at, a.last_seen_at,
        (SELECT count(*) FROM revisions WHERE article_id = a.id) AS revisions,
        (SELECT count(*) FROM sightings WHERE article_id = a.id) AS sightings,
        (SELECT url FROM images WHERE article_id = a.id AND url IS NOT NULL
            ORDER BY position LIMIT 1) AS picture
    FROM articles a LEFT JOIN portals p ON p.name = a.portal WHERE a.id = ?
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class NewsFilter:
    """Which articles are listed; None: all. An article is of the portal that had it first.

    ``since`` and ``until``: first day, and the day after the last (+07:00).
    """

    portals: tuple[str, ...] | None = None
    author: str | None = None
    section: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def has_days(self) -> bool:
        """Return True if undated articles cannot match."""
        return bool(self.since or self.until)


@dataclass(frozen=True, slots=True)
class NewsPage:
    """The articles of a page, and the position of its last one if more follow."""

    articles: list[dict[str, Any]]
    following: Position | None


def news_page(
    conn: sqlite3.Connection,
    wanted: NewsFilter,
    after: Position | None = None,
    limit: int = PAGE_SIZE,
) -> NewsPage:
    """Return the articles that follow ``after``, newest first; undated ones last.

    Raises sqlite3.Error.
    """
    found = list(islice(positions(conn, wanted, after), limit + 1))
    shown = found[:limit]
    following = shown[-1] if len(found) > limit else None
    return NewsPage(articles_in(conn, [article_id for _, article_id in shown]), following)


def articles_in(conn: sqlite3.Connection, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return the articles with these ids as lists show them, in this order."""
    rows = (next(rows_of(conn.execute(_ROW, (article_id,))), None) for article_id in ids)
    return [row for row in rows if row]


def positions(
    conn: sqlite3.Connection, wanted: NewsFilter, after: Position | None = None
) -> Iterator[Position]:
    """Yield the positions of the matching articles that follow ``after``, newest first."""
    streams = list(_streams(wanted))
    if not streams:
        return
    undated = iter(()) if wanted.has_days else _undated(conn, streams, after)
    if after is not None and after[0] is None:
        yield from undated
        return
    yield from chain(_dated(conn, wanted, streams, after), undated)


def _streams(wanted: NewsFilter) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield conditions, each of which one index answers in the order of publication."""
    if wanted.portals == ():
        return
    named = {"author": wanted.author, "section": wanted.section}
    tests = {name: value for name, value in named.items() if value}
    conditions = [f"{name} = :{name}" for name in tests]
    if wanted.portals is None:
        yield " AND ".join(conditions) or "1", dict(tests)
    elif tests:  # their index is the narrower one
        marks = ", ".join(f":portal{n}" for n in range(len(wanted.portals)))
        values = {f"portal{n}": name for n, name in enumerate(wanted.portals)}
        yield " AND ".join([*conditions, f"+portal IN ({marks})"]), {**tests, **values}
    else:
        for name in wanted.portals:
            yield "portal = :portal", {"portal": name}


def _dated(
    conn: sqlite3.Connection,
    wanted: NewsFilter,
    streams: Sequence[tuple[str, dict[str, object]]],
    after: Position | None,
) -> Iterator[Position]:
    bounds = {
        "top": (after[0] if after else None) or _LAST,
        "since": wanted.since or "",
        "until": wanted.until or _LAST,
    }
    found = merge(
        *(
            _rows(conn, f"{_DATED} AND {condition}", {**values, **bounds})
            for condition, values in streams
        ),
        reverse=True,
    )
    for position in found:
        if after is None or position < after:
            yield position


def _undated(
    conn: sqlite3.Connection,
    streams: Sequence[tuple[str, dict[str, object]]],
    after: Position | None,
) -> Iterator[Position]:
    below = after[1] if after and after[0] is None else 2**62
    found = merge(
        *(
            _rows(conn, f"{_UNDATED} AND {condition}", {**values, "below": below})
            for condition, values in streams
        ),
        key=lambda position: position[1],
        reverse=True,
    )
    yield from found


def _rows(
    conn: sqlite3.Connection, condition: str, values: dict[str, object]
) -> Iterator[tuple[Any, int]]:
    sql = f"SELECT published_at, id FROM articles WHERE {condition} {_ORDER}"  # noqa: S608 - bound
    return ((published_at, article_id) for published_at, article_id in conn.execute(sql, values))
