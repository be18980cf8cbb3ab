"""Results of the full-text search, a page at a time, by rank or by day.

The expressions, the snippets and the rule that exact matches come first are those of ``search``.
Ranking reads every match, so that of very many only the order of days is affordable: the articles
are then read newest first, and each is asked whether it matches.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from portals.store.news import NewsFilter, positions
from portals.store.search import Found, SearchQuery, found_in, has_marks, match_of

MANY = 50_000
"""Matches above which the newest come first, whatever order was wanted."""

LAST_OFFSET = 400
"""Results that can be paged through; who needs more exports them."""

_DENSE = 20_000  # articles of a portal, from which all articles have enough of them
_FEW = 3_000  # matches up to which each is looked up to learn its day

_OF_PORTAL = """
    SELECT a.published_at, a.id FROM sightings s JOIN articles a ON a.id = s.article_id
    WHERE s.portal = ? LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Results of a page. ``hits``: matches of the words, at most ``MANY`` + 1.

    ``by_day``: the order that was used; ``following``: offset of the next page, if there is one.
    """

    results: list[Found]
    hits: int
    by_day: bool
    following: int | None


def search_page(
    conn: sqlite3.Connection, wanted: SearchQuery, offset: int = 0, *, by_day: bool = False
) -> SearchPage:
    """Return the ``wanted.limit`` results from ``offset`` on. Raises sqlite3.Error."""
    if not match_of(wanted.query, "folded"):
        return SearchPage([], 0, by_day, None)
    forms = ["exact", "folded"] if has_marks(wanted.query) else ["folded"]
    hits = {form: _hits(conn, wanted.query, form) for form in forms}
    forms = [form for form in forms if hits[form]] or forms[:1]
    by_day = by_day or max(hits.values()) > MANY
    found = (
        _by_day(conn, wanted, forms[0], hits[forms[0]]) if by_day else _by_rank(conn, wanted, forms)
    )
    ids = list(islice(found, offset, offset + wanted.limit + 1))
    shown = ids[: wanted.limit]
    exact = {one for one in shown if _matches(conn, wanted.query, "exact", one)}
    following = offset + wanted.limit
    return SearchPage(
        results=found_in(conn, shown, wanted.query, exact),
        hits=max(hits.values()),
        by_day=by_day,
        following=following if len(ids) > wanted.limit and following < LAST_OFFSET else None,
    )


def _hits(conn: sqlite3.Connection, query: str, form: str) -> int:
    sql = f"""
        SELECT count(*) FROM (
            SELECT 1 FROM search_{form} WHERE search_{form} MATCH ? LIMIT ?
        )
    """  # noqa: S608 - our own names
    return int(conn.execute(sql, (match_of(query, form), MANY + 1)).fetchone()[0])


def _matches(conn: sqlite3.Connection, query: str, form: str, article_id: int) -> bool:
    sql = f"SELECT 1 FROM search_{form} WHERE search_{form} MATCH ? AND rowid = ?"  # noqa: S608
    return conn.execute(sql, (match_of(query, form), article_id)).fetchone() is not None


def _by_rank(conn: sqlite3.Connection, wanted: SearchQuery, forms: list[str]) -> Iterator[int]:
    seen: set[int] = set()
    for form in forms:
        sql = f"SELECT rowid FROM search_{form} WHERE search_{form} MATCH ? ORDER BY rank"  # noqa: S608
        for (article_id,) in conn.execute(sql, (match_of(wanted.query, form),)):
            if article_id not in seen and _is_wanted(conn, wanted, article_id):
                seen.add(article_id)
                yield article_id


def _by_day(conn: sqlite3.Connection, wanted: SearchQuery, form: str, hits: int) -> Iterator[int]:
    matching = None if hits > MANY else _ids(conn, wanted.query, form)
    if matching is not None and hits <= _FEW:
        yield from _newest_first(conn, wanted, matching)
        return
    for article_id in _in_order(conn, wanted):
        if matching is not None and article_id not in matching:
            continue
        # What is wanted is read from an index; whether words match, from lists of all articles.
        if _is_wanted(conn, wanted, article_id) and (
            matching is not None or _matches(conn, wanted.query, form, article_id)
        ):
            yield article_id


def _in_order(conn: sqlite3.Connection, wanted: SearchQuery) -> Iterator[int]:
    """Yield at least the articles of the wanted portal and days, newest first.

    Of a portal with few articles only these; of one with many, often enough among all others.
    """
    if wanted.portal:
        of_portal = conn.execute(_OF_PORTAL, (wanted.portal, _DENSE + 1)).fetchall()
        if len(of_portal) <= _DENSE:
            found = sorted(((at or "", one) for at, one in of_portal), reverse=True)
            yield from dict.fromkeys(one for _, one in found)
            return
    days = NewsFilter(since=wanted.since, until=wanted.until)
    yield from (one for _, one in positions(conn, days))


def _ids(conn: sqlite3.Connection, query: str, form: str) -> set[int]:
    sql = f"SELECT rowid FROM search_{form} WHERE search_{form} MATCH ?"  # noqa: S608 - our names
    return {int(row[0]) for row in conn.execute(sql, (match_of(query, form),))}


def _newest_first(conn: sqlite3.Connection, wanted: SearchQuery, ids: set[int]) -> Iterator[int]:
    sql = "SELECT published_at FROM articles WHERE id = ?"
    days = {one: conn.execute(sql, (one,)).fetchone() for one in ids}
    keys = {one: (row[0] or "", one) for one, row in days.items() if row}
    for one in sorted(keys, key=keys.__getitem__, reverse=True):
        if _is_wanted(conn, wanted, one):
            yield one


_WANTED = """
    SELECT 1 FROM articles a WHERE a.id = :id
        AND (:since IS NULL OR a.published_at >= :since)
        AND (:until IS NULL OR a.published_at < :until)
        AND (:portal IS NULL
            OR EXISTS (SELECT 1 FROM sightings WHERE article_id = a.id AND portal = :portal))
"""


def _is_wanted(conn: sqlite3.Connection, wanted: SearchQuery, article_id: int) -> bool:
    if not (wanted.portal or wanted.since or wanted.until):
        return True
    values = {
        "id": article_id,
        "portal": wanted.portal,
        "since": wanted.since,
        "until": wanted.until,
    }
    return conn.execute(_WANTED, values).fetchone() is not None
