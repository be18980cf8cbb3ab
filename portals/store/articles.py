"""The tables of articles: storing one page at a time, and queries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portals.article import Article
from portals.store.article_decision import Outcome
from portals.store.article_writer import save
from portals.store.rows import rows_of
from portals.store.sqlite import Database
from portals.store.transactions import writing

_SHARE_ARTICLES = 200
"""Newest articles whose fields are counted: one or two crawls of a busy portal, not an older
layout of it."""
_COMPARED_ARTICLES = 500
"""Articles seen last with which a few current pages are compared."""


@dataclass(frozen=True, slots=True)
class PortalTotals:
    """Numbers of a portal's articles; ``newest``: the last publication, ISO 8601."""

    sightings: int
    articles: int
    newest: str | None


class ArticleRepository:
    """Articles with their revisions, sightings, images, attachments and edits."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def save(
        self,
        article: Article,
        run_id: int,
        *,
        from_archive: bool = False,
        page_id: int | None = None,
    ) -> Outcome:
        """Store the article of one page, fetched or read again, and return the outcome.

        ``page_id``: the page in the archives, None where it was not archived.
        """
        with writing(self.db.conn):
            return save(self.db.conn, article, run_id, from_archive=from_archive, page_id=page_id)

    def field_shares(
        self, portal: str, before_run: int, names: Sequence[str]
    ) -> tuple[int, dict[str, float]]:
        """Return the number of the portal's newest articles from earlier runs, and field shares.

        A share is between 0 and 1: the part of these articles that have the field.
        """
        counted = ", ".join(f"count({name})" for name in names)
        row = self.db.execute(
            f"SELECT count(*), {counted} FROM (SELECT * FROM articles"  # noqa: S608 - our own names
            " WHERE portal = ? AND run_id < ? ORDER BY id DESC LIMIT ?)",
            [portal, before_run, _SHARE_ARTICLES],
        ).fetchone()
        total = int(row[0])
        shares = {name: n / total if total else 0.0 for name, n in zip(names, row[1:], strict=True)}
        return total, shares


def portals_with_articles(connection: sqlite3.Connection) -> list[str]:
    """Return the portals with stored articles, sorted."""
    rows = connection.execute("SELECT DISTINCT portal FROM sightings ORDER BY portal")
    return [str(portal) for (portal,) in rows]


@dataclass(frozen=True, slots=True)
class PortalState:
    """What is stored of one portal. ``fields``: percentage of date, lead, author and section.

    All are None where the portal was never crawled, or no article of it is stored.
    """

    verdict: str | None = None
    newest: str | None = None
    fields: int | None = None


def portal_states(connection: sqlite3.Connection) -> dict[str, PortalState]:
    """Return the last verdict, the newest article and the share of fields of every portal."""
    verdicts = dict(
        connection.execute(
            "SELECT portal, verdict FROM runs WHERE id IN (SELECT max(id) FROM runs"
            " WHERE arguments ->> 'command' IS NULL AND verdict IS NOT 'locked' GROUP BY portal)"
        ).fetchall()
    )
    stored = {
        portal: (newest, fields)
        for portal, newest, fields in connection.execute(
            "SELECT s.portal, max(s.published_at),"
            " CAST(round(25.0 * avg((a.published_at IS NOT NULL) + (a.lead IS NOT NULL)"
            " + (a.author IS NOT NULL) + (a.section IS NOT NULL))) AS INTEGER)"
            " FROM sightings s JOIN articles a ON a.id = s.article_id GROUP BY s.portal"
        )
    }
    return {
        portal: PortalState(verdicts.get(portal), *stored.get(portal, (None, None)))
        for portal in verdicts.keys() | stored.keys()
    }


def portal_totals(connection: sqlite3.Connection, portal: str) -> PortalTotals:
    """Return the numbers of a portal's articles."""
    row = connection.execute(
        "SELECT count(*), count(DISTINCT article_id), max(published_at) FROM sightings"
        " WHERE portal = ?",
        (portal,),
    ).fetchone()
    return PortalTotals(*row)


def dated_urls(connection: sqlite3.Connection, portal: str) -> Iterator[str]:
    """Yield the URLs of a portal's articles that have a date of publication."""
    found = connection.execute(
        "SELECT url FROM sightings WHERE portal = ? AND published_at IS NOT NULL", (portal,)
    )
    for (url,) in found:
        yield url


def first_seen_at(connection: sqlite3.Connection, url: str) -> str | None:
    """Return when an article was first stored at ``url`` (UTC, ISO 8601), None if it was not."""
    row = connection.execute("SELECT first_seen_at FROM sightings WHERE url = ?", (url,)).fetchone()
    return str(row[0]) if row else None


def last_seen_urls(connection: sqlite3.Connection, portal: str) -> list[str]:
    """Return the URLs of the portal's most recently seen articles."""
    rows = connection.execute(
        "SELECT url FROM sightings WHERE portal = ? ORDER BY last_seen_at DESC LIMIT ?",
        (portal, _COMPARED_ARTICLES),
    )
    return [str(url) for (url,) in rows]


def last_seen_articles(connection: sqlite3.Connection, portal: str) -> dict[str, dict[str, Any]]:
    """Return the fields of the portal's most recently seen articles, by URL."""
    cursor = connection.execute(
        "SELECT s.url, a.title, a.body, a.lead, a.author, a.source, a.section, a.published_at"
        " FROM sightings s JOIN articles a ON a.id = s.article_id WHERE s.portal = ?"
        " ORDER BY s.last_seen_at DESC LIMIT ?",
        (portal, _COMPARED_ARTICLES),
    )
    return {row["url"]: row for row in rows_of(cursor)}


def headline(connection: sqlite3.Connection, article_id: int) -> dict[str, Any]:
    """Return portal, date, title and URL of a stored article."""
    sql = "SELECT portal, published_at, title, url FROM articles WHERE id = ?"
    portal, published_at, title, url = connection.execute(sql, (article_id,)).fetchone()
    return {"portal": portal, "published_at": published_at, "title": title, "url": url}
