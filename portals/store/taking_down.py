"""Taking articles down: everything the tables hold of them is deleted, and marks are left.

A row of ``articles`` is shared by copies. If other URLs still show its story, the row stays theirs:
it loses what only the URLs that were taken down showed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portals.language.text import words
from portals.store import search
from portals.store.forgotten import Address, ForgottenUrls, mark
from portals.store.history import find_article
from portals.store.rows import rows_of
from portals.urls import article_key, pasted_forms

_SHARING = """
    SELECT portal, url, external_id FROM sightings WHERE article_id = :id OR article_id IN (
        SELECT article_id FROM revisions WHERE content_hash IN (
            SELECT content_hash FROM revisions WHERE article_id = :id))
    ORDER BY portal, url
"""
_SIMILAR = """
    SELECT a.portal, a.url, found.similarity FROM articles a JOIN (
        SELECT other_id AS id, similarity FROM similar WHERE article_id = :id
        UNION ALL SELECT article_id, similarity FROM similar WHERE other_id = :id
    ) AS found ON found.id = a.id ORDER BY found.similarity DESC, a.url
"""
_PARTS = """
    SELECT DISTINCT part.portal, part.url FROM pages first
    JOIN page_parts ON page_parts.page_id = first.id JOIN pages part ON part.id = page_parts.part_id
    WHERE first.url = ?
"""
_TEXTS = """
    SELECT title, lead, body FROM articles WHERE id = :id
    UNION SELECT title, lead, body FROM revisions WHERE article_id = :id
"""
_HOME = (
    "portal", "url", "external_id", "title", "author", "source", "section", "published_at",
    "published_precision", "view_count",
)  # fmt: skip
"""Fields of an article that the sighting has which becomes its own URL."""


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """An article with the same story in other words; ``similarity``: from 0 to 1."""

    portal: str
    url: str
    similarity: float


@dataclass(slots=True)
class Takedown:
    """What is taken down with one article. ``article_id``: None where only archives hold it.

    ``addresses``: its URLs, and those of its later pages; ``copies``: other URLs with its text,
    which stay unless ``with_copies`` was given; ``similar``: the same story in other words, which
    stays in any case.
    """

    article_id: int | None
    addresses: list[Address]
    copies: list[Address] = field(default_factory=list)
    similar: list[SimilarArticle] = field(default_factory=list)
    revisions: int = 0


def takedown_of(
    connection: sqlite3.Connection, given: str, *, with_copies: bool
) -> Takedown | None:
    """Return what is taken down with a URL in any pasted form or an id; None if it is unknown.

    Raises sqlite3.Error.
    """
    article_id = find_article(connection, given)
    if article_id is None:
        archived = list(_archived(connection, given))
        return Takedown(None, archived) if archived else None
    sharing = [Address(*row) for row in connection.execute(_SHARING, {"id": article_id}).fetchall()]
    asked = _given(connection, article_id, given)
    own = ForgottenUrls(addresses=[one for one in sharing if one.url == asked])
    taken = [one for one in sharing if with_copies or own.covers(one.portal, one.url, one.number)]
    sql = "SELECT count(*) FROM revisions WHERE article_id = ?"
    return Takedown(
        article_id,
        [*taken, *_later_pages(connection, taken)],
        [one for one in sharing if one not in taken],
        [SimilarArticle(*row) for row in connection.execute(_SIMILAR, {"id": article_id})],
        connection.execute(sql, (article_id,)).fetchone()[0],
    )


def _given(connection: sqlite3.Connection, article_id: int, given: str) -> str:
    """Return the URL that was given, as it is stored; of an id, that of its article."""
    sql = "SELECT 1 FROM sightings WHERE url = ?"
    forms = (url for url in pasted_forms(given) if connection.execute(sql, (url,)).fetchone())
    found = next(forms, None)
    if found is None:
        sql = "SELECT url FROM articles WHERE id = ?"
        found = connection.execute(sql, (article_id,)).fetchone()[0]
    return str(found)


def _archived(connection: sqlite3.Connection, given: str) -> Iterator[Address]:
    """Yield the URLs of archived pages without an article."""
    sql = "SELECT DISTINCT portal, url FROM pages WHERE url = ? AND status = 200"
    for form in pasted_forms(given):
        for portal, url in connection.execute(sql, (form,)).fetchall():
            yield Address(portal, url)


def _later_pages(connection: sqlite3.Connection, taken: Iterable[Address]) -> Iterator[Address]:
    urls = {one.url for one in taken}
    for url in sorted(urls):
        for portal, part in connection.execute(_PARTS, (url,)).fetchall():
            if part not in urls:
                yield Address(portal, part)


def texts_of(connection: sqlite3.Connection, takedowns: Iterable[Takedown]) -> list[str]:
    """Return the texts that articles have or had, to look for what is left of them."""
    found = []
    for article_id in {one.article_id for one in takedowns if one.article_id is not None}:
        for row in connection.execute(_TEXTS, {"id": article_id}):
            found += [text for text in row if text]
    return found


def take_down(
    connection: sqlite3.Connection, takedowns: Sequence[Takedown], now: datetime, reason: str | None
) -> None:
    """Delete everything but the archived pages, and leave the marks, in the caller's transaction.

    Their bytes are overwritten if ``PRAGMA secure_delete`` is on.
    """
    addresses = [one for takedown in takedowns for one in takedown.addresses]
    mark(connection, addresses, now, reason)
    gone = {one.url for one in addresses}
    for article_id in sorted(_articles_at(connection, gone)):
        _take_from(connection, article_id, gone)
    _delete_traces(connection, addresses)


def _articles_at(connection: sqlite3.Connection, urls: Iterable[str]) -> set[int]:
    sql = "SELECT article_id FROM sightings WHERE url = ?"
    rows = (connection.execute(sql, (url,)).fetchone() for url in urls)
    return {int(row[0]) for row in rows if row}


def _take_from(connection: sqlite3.Connection, article_id: int, gone: set[str]) -> None:
    """Delete what an article has of the URLs ``gone``; all of it if no other URL shows it."""
    indexed = search.indexed_texts(connection, article_id)
    sql = "SELECT * FROM sightings WHERE article_id = ? ORDER BY first_seen_at, url"
    left = [
        row for row in rows_of(connection.execute(sql, (article_id,))) if row["url"] not in gone
    ]
    search.unindex(connection, article_id, indexed)
    if not left or (text := _remaining_text(connection, article_id, gone, left)) is None:
        _move_sightings(connection, left)
        _delete_article(connection, article_id)
        return
    for url in sorted(gone):
        connection.execute("DELETE FROM sightings WHERE url = ?", (url,))
        connection.execute("DELETE FROM attachments WHERE page_url = ?", (url,))
        connection.execute("DELETE FROM edits WHERE article_id = ? AND url = ?", (article_id, url))
    _rewrite(connection, article_id, gone, left, text)
    search.index(connection, article_id, search.indexed_texts(connection, article_id))
    connection.execute("INSERT OR IGNORE INTO similarity_queue VALUES (?)", (article_id,))


def _remaining_text(
    connection: sqlite3.Connection, article_id: int, gone: set[str], left: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """Delete the revisions that only the URLs ``gone`` showed; return the newest of the others.

    None if there is none, or if another article has that text now.
    """
    shown = {row["content_hash"] for row in left}
    sql = (
        "SELECT r.id, r.content_hash, p.url FROM revisions r LEFT JOIN pages p ON p.id = r.page_id"
        " WHERE r.article_id = ?"
    )
    for revision_id, content_hash, url in connection.execute(sql, (article_id,)).fetchall():
        is_theirs = content_hash in shown or (url is not None and url not in gone)
        if not is_theirs:
            connection.execute("DELETE FROM revisions WHERE id = ?", (revision_id,))
    sql = (
        "SELECT content_hash, title, lead, body, run_id FROM revisions WHERE article_id = ?"
        " ORDER BY seen_at DESC, id DESC LIMIT 1"
    )
    newest = next(rows_of(connection.execute(sql, (article_id,))), None)
    sql = "SELECT 1 FROM articles WHERE content_hash = ? AND id <> ?"
    if newest and connection.execute(sql, (newest["content_hash"], article_id)).fetchone():
        return None
    return newest


def _move_sightings(connection: sqlite3.Connection, left: list[dict[str, Any]]) -> None:
    """Give copies whose article goes to the articles that have their text now."""
    for row in left:
        connection.execute(
            "UPDATE sightings SET article_id = (SELECT id FROM articles WHERE content_hash = ?1)"
            " WHERE url = ?2 AND EXISTS (SELECT 1 FROM articles WHERE content_hash = ?1)",
            (row["content_hash"], row["url"]),
        )


def _rewrite(
    connection: sqlite3.Connection,
    article_id: int,
    gone: set[str],
    left: list[dict[str, Any]],
    text: dict[str, Any],
) -> None:
    """Give the article's row the text, and if its own URL is gone the fields, of a copy."""
    sql = "SELECT url FROM articles WHERE id = ?"
    (own,) = connection.execute(sql, (article_id,)).fetchone()
    home = next((row for row in left if row["url"] == own), left[0])
    values = {name: home[name] for name in _HOME} | {
        "content_hash": text["content_hash"],
        "title": text["title"],
        "lead": text["lead"],
        "body": text["body"],
        "run_id": text["run_id"],
        "word_count": len(words(text["body"])),
        "first_seen_at": min(row["first_seen_at"] for row in left),
        "last_seen_at": max(row["last_seen_at"] for row in left),
        "lead_prefix": None,
        "published_raw": None,
        "provenance": "{}",
        "page_id": None,
        "reader_version": 0,  # a re-extraction reads the rest of the fields again
    }
    marks = ", ".join(f"{name} = ?" for name in values)
    connection.execute(
        f"UPDATE articles SET {marks} WHERE id = ?",  # noqa: S608 - our own names
        [*values.values(), article_id],
    )
    if own in gone:
        connection.execute("DELETE FROM images WHERE article_id = ?", (article_id,))
        sql = "DELETE FROM attachments WHERE article_id = ? AND page_url IS NULL"
        connection.execute(sql, (article_id,))
        sql = "UPDATE attachments SET page_url = NULL WHERE page_url = ?"
        connection.execute(sql, (home["url"],))


def _delete_article(connection: sqlite3.Connection, article_id: int) -> None:
    """Delete an article; rows that refer to it go with it."""
    sql = "SELECT month, band FROM minhash_bands WHERE article_id = ?"
    bands = connection.execute(sql, (article_id,)).fetchall()
    connection.executemany(
        "DELETE FROM minhash_bands WHERE month = ? AND band = ? AND article_id = ?",
        [(*band, article_id) for band in bands],
    )
    connection.execute("DELETE FROM similarity_queue WHERE article_id = ?", (article_id,))
    connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))


# --- the crawler's own tables --------------------------------------------------------------------


def _delete_traces(connection: sqlite3.Connection, addresses: Sequence[Address]) -> None:
    """Delete queue entries, visits, rejects and examples of the addresses."""
    forgotten = ForgottenUrls(addresses=addresses)
    for one in addresses:
        keys = [one.key, article_key(one.number or "")]
        forms = pasted_forms(one.url)
        marks = ", ".join("?" * len(forms))
        for table in ("frontier", "page_visits"):
            connection.execute(
                f"DELETE FROM {table} WHERE portal = ?"  # noqa: S608 - our own names
                f" AND (key IN (?, ?) OR url IN ({marks}))",
                (one.portal, *keys, *forms),
            )
        connection.execute(
            "DELETE FROM frontier WHERE portal = ? AND request ->> '$.meta.story.url' = ?",
            (one.portal, one.url),
        )
        connection.execute(f"DELETE FROM rejects WHERE url IN ({marks})", forms)  # noqa: S608
    for portal in sorted({one.portal for one in addresses}):
        _clear_exploration(connection, portal, forgotten)
        _clear_knowledge(connection, portal, forgotten)


def _clear_exploration(
    connection: sqlite3.Connection, portal: str, forgotten: ForgottenUrls
) -> None:
    """Delete the pages from the exploration log, and the links to them, which have their titles."""
    sql = "SELECT id, url, page FROM exploration_log WHERE portal = ?"
    for row_id, url, text in connection.execute(sql, (portal,)).fetchall():
        if forgotten.covers(portal, url):
            connection.execute("DELETE FROM exploration_log WHERE id = ?", (row_id,))
            continue
        page = json.loads(text)
        if len(page) < 2 or not any(forgotten.covers(portal, link[0]) for link in page[1]):
            continue
        page[1] = [link for link in page[1] if not forgotten.covers(portal, link[0])]
        values = (json.dumps(page, ensure_ascii=False), row_id)
        connection.execute("UPDATE exploration_log SET page = ? WHERE id = ?", values)


def _clear_knowledge(connection: sqlite3.Connection, portal: str, forgotten: ForgottenUrls) -> None:
    """Remove the URLs where they are examples of what the crawler learned."""
    sql = "SELECT pattern, example FROM url_patterns WHERE portal = ?"
    for pattern, example in connection.execute(sql, (portal,)).fetchall():
        if forgotten.covers(portal, example):
            connection.execute(
                "UPDATE url_patterns SET example = pattern WHERE portal = ? AND pattern = ?",
                (portal, pattern),
            )
    sql = "SELECT rule, example FROM skipped_urls WHERE portal = ?"
    for rule, example in connection.execute(sql, (portal,)).fetchall():
        if forgotten.covers(portal, example):
            connection.execute(
                "UPDATE skipped_urls SET example = '' WHERE portal = ? AND rule = ?", (portal, rule)
            )
    sql = "SELECT trained_on FROM learned_themes WHERE portal = ?"
    for (text,) in connection.execute(sql, (portal,)).fetchall():
        kept = [url for url in json.loads(text) if not forgotten.covers(portal, url)]
        connection.execute(
            "UPDATE learned_themes SET trained_on = ? WHERE portal = ?",
            (json.dumps(kept, ensure_ascii=False), portal),
        )
