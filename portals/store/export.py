"""Which articles are exported, with which fields, and in which order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portals.errors import PortalError

Row = Mapping[str, Any]

FIELDS: dict[str, tuple[str, str]] = {
    "id": ("integer", "Key of the article in the database it comes from."),
    "content_hash": ("string", "SHA-256 of the canonical form of the text: the same everywhere."),
    "portal": ("string", "Portal on which the story was first seen."),
    "portal_title": ("string?", "Its name in full."),
    "province_then": ("string?", "Its province until 30 June 2025."),
    "province_now": ("string?", "Its province since 1 July 2025."),
    "url": ("string", "URL at which the story was first seen."),
    "title": ("string", "Headline."),
    "lead": ("string?", "Lead."),
    "body": ("string", "Paragraphs, separated by one blank line."),
    "author": ("string?", "Person or organisation that signs."),
    "source": ("string?", "Source that the page names."),
    "section": ("string?", "Section."),
    "published_at": ("local time?", "Publication, ISO 8601, +07:00."),
    "published_precision": ("string?", "`minute` or `day`."),
    "published_on": ("day?", "Day of publication in Vietnam."),
    "published_month": ("string?", "Month of publication in Vietnam."),
    "word_count": ("integer", "Words of the body."),
    "revisions": ("integer", "Texts that the article has had."),
    "sightings": ("integer", "URLs at which it is published."),
    "first_seen_at": ("time", "When it was first served to us, UTC."),
    "last_seen_at": ("time", "When it was last served to us, UTC."),
    "changed_at": ("time", "Start of the run that last wrote its text or a field of it, UTC."),
}
"""Fields of an exported article, their types (``?``: may be null) and meanings, in order."""

_JSON_TYPES: dict[str, dict[str, str]] = {
    "integer": {"type": "integer"},
    "string": {"type": "string"},
    "day": {"type": "string", "format": "date"},
    "local time": {"type": "string", "format": "date-time"},
    "time": {"type": "string", "format": "date-time"},
}


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles are exported: of a portal, by days of publication, by time of change (UTC)."""

    portal: str | None = None
    since: str | None = None
    until: str | None = None
    changed_since: str | None = None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an exported article."""
    properties = {}
    for name, (kind, meaning) in FIELDS.items():
        written: dict[str, Any] = dict(_JSON_TYPES[kind.removesuffix("?")])
        if kind.endswith("?"):
            written["type"] = [written["type"], "null"]
        properties[name] = {**written, "description": meaning}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Article",
        "type": "object",
        "properties": properties,
        "required": list(FIELDS),
        "additionalProperties": False,
    }


_CHANGED = (
    "SELECT v.*, runs.started_at AS changed_at FROM v_articles v"
    " JOIN articles a ON a.id = v.id JOIN runs ON runs.id = a.run_id"
)


def selection(choice: ArticleFilter) -> tuple[str, list[str]]:
    """Return what follows FROM for the matching articles, with their fields, and its values."""
    tests = (
        (choice.portal, "id IN (SELECT article_id FROM sightings WHERE portal = ?)"),
        (choice.since, "published_at >= ?"),
        (choice.until, "published_at < ?"),
        (choice.changed_since, "changed_at >= ?"),
    )
    wanted = [(value, sql) for value, sql in tests if value]
    where = " AND ".join(sql for _, sql in wanted)
    return f"({_CHANGED}){f' WHERE {where}' if where else ''}", [value for value, _ in wanted]


def title_of(conn: sqlite3.Connection, portal: str | None) -> str:
    """Return the full name of a portal, or ``portal`` itself. Raises PortalError if unknown."""
    if portal is None:
        return ""
    row = conn.execute("SELECT title FROM portals WHERE name = ?", (portal,)).fetchone()
    if row:
        return str(row[0])
    if conn.execute("SELECT 1 FROM sightings WHERE portal = ?", (portal,)).fetchone():
        return portal
    raise PortalError(f"nothing is known of a portal {portal!r}; 'scrapy status' prints them")


def count(conn: sqlite3.Connection, choice: ArticleFilter) -> int:
    """Return the number of matching articles. Raises sqlite3.Error."""
    chosen, values = selection(choice)
    sql = f"SELECT count(*) FROM {chosen}"  # noqa: S608 - values are bound
    return int(conn.execute(sql, values).fetchone()[0])


def newest_first(conn: sqlite3.Connection, choice: ArticleFilter) -> Iterator[Row]:
    """Yield the matching articles by time of publication, undated ones last.

    Only their numbers are sorted, not their texts. Raises sqlite3.Error.
    """
    chosen, values = selection(choice)
    sql = f"SELECT id FROM {chosen} ORDER BY published_at DESC, id DESC"  # noqa: S608
    ids = [row[0] for row in conn.execute(sql, values)]
    yield from _by_id(conn, ids)


def articles(conn: sqlite3.Connection, choice: ArticleFilter) -> Iterator[Row]:
    """Yield the matching articles by id, as of one moment. Raises sqlite3.Error."""
    chosen, values = selection(choice)
    names = ", ".join(FIELDS)
    sql = f"SELECT {names} FROM {chosen} ORDER BY id"  # noqa: S608 - values are bound
    for row in conn.execute(sql, values):
        yield dict(zip(FIELDS, row, strict=True))


def feed_rows(conn: sqlite3.Connection, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return the articles with these ids, in this order. Raises sqlite3.Error."""
    return list(_by_id(conn, ids))


def _by_id(conn: sqlite3.Connection, ids: Iterable[int]) -> Iterator[dict[str, Any]]:
    names = ", ".join(FIELDS)
    sql = f"SELECT {names} FROM ({_CHANGED}) WHERE id = ?"  # noqa: S608 - our own names
    rows = (conn.execute(sql, (article_id,)).fetchone() for article_id in ids)
    return (dict(zip(FIELDS, row, strict=True)) for row in rows if row)
