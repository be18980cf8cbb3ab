"""Recomputing the content hashes of articles stored by a release with another canonical form.

Version 2 of the canonical form (``language/text.py``) reads eth as đ: articles with such letters
get another hash, are indexed anew and compared again. Two that are equal now become one;
``article_redirects`` remembers the id that is gone.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence

from portals.language.text import (
    HASH_VERSION,
    content_hash,
    one_letter_d,
)
from portals.store import search
from portals.store.documents import document_hash, is_other
from portals.store.stored_hash import documents_of
from portals.store.transactions import writing
from portals.timestamps import utc, utc_now

logger = logging.getLogger(__name__)

_BATCH = 500  # articles in a transaction: a killed upgrade continues behind the last one
_OLD = (
    f"SELECT id FROM articles WHERE hash_version < {HASH_VERSION}"  # noqa: S608 - our own numbers
    f" ORDER BY id LIMIT {_BATCH}"
)
_ARTICLE = (
    "SELECT content_hash, title, lead, body FROM articles"  # noqa: S608 - our own number
    f" WHERE id = ? AND hash_version < {HASH_VERSION}"
)
_REVISIONS = "SELECT id, content_hash, title, body FROM revisions WHERE article_id = ?"
_IS_DONE = f"UPDATE articles SET hash_version = {HASH_VERSION} WHERE id = ?"  # noqa: S608
_MERGED = (
    "UPDATE OR IGNORE revisions SET article_id = :kept WHERE article_id = :gone",
    "UPDATE sightings SET article_id = :kept WHERE article_id = :gone",
    "UPDATE edits SET article_id = :kept WHERE article_id = :gone",
    "UPDATE article_redirects SET article_id = :kept WHERE article_id = :gone",
    """
    INSERT INTO attachments (article_id, position, url, title, page_url)
    SELECT :kept, f.position + 1000 + coalesce(
            (SELECT max(position) FROM attachments WHERE article_id = :kept), 0
        ), f.url, f.title, coalesce(f.page_url, a.url)
    FROM attachments f JOIN articles a ON a.id = f.article_id
    WHERE f.article_id = :gone
        AND f.url NOT IN (SELECT url FROM attachments WHERE article_id = :kept)
    """,
    """
    UPDATE articles SET
        first_seen_at = min(first_seen_at, (SELECT first_seen_at FROM articles WHERE id = :gone)),
        last_seen_at = max(last_seen_at, (SELECT last_seen_at FROM articles WHERE id = :gone))
    WHERE id = :kept
    """,
    "DELETE FROM similarity_queue WHERE article_id = :gone",
    "DELETE FROM minhash_bands WHERE article_id = :gone",
    "DELETE FROM articles WHERE id = :gone",
    "INSERT INTO article_redirects (old_id, article_id, merged_at) VALUES (:gone, :kept, :now)",
)


def is_pending(conn: sqlite3.Connection) -> bool:
    """Return True if articles have hashes of an earlier version. Raises sqlite3.Error."""
    return conn.execute(_OLD).fetchone() is not None


def rehash(conn: sqlite3.Connection) -> int:
    """Recompute the hashes of an earlier version, batch by batch; return how many changed.

    Raises sqlite3.Error. What was committed stays: the next call continues behind it.
    """
    changed = 0
    while ids := [row[0] for row in conn.execute(_OLD).fetchall()]:
        with writing(conn):
            changed += sum(_rehash_article(conn, article_id) for article_id in ids)
    if changed:
        logger.warning("%d articles have another content hash in this release", changed)
    return changed


def _rehash_article(conn: sqlite3.Connection, article_id: int) -> bool:
    """Recompute one article's hashes; return True if one of them changed."""
    row = conn.execute(_ARTICLE, (article_id,)).fetchone()
    if row is None:  # done already, when another one of this batch became one with it
        return False
    current, *texts = row
    _index_again(conn, article_id, texts)
    revisions = conn.execute(_REVISIONS, (article_id,)).fetchall()
    if not any(_has_other_d(text) for text in [*texts, *(t for one in revisions for t in one[2:])]):
        return False
    hashes = {current: content_hash(texts[0], texts[2])}
    for revision_id, before, title, body in revisions:
        hashes[before] = content_hash(title, body)
        conn.execute(
            "UPDATE OR REPLACE revisions SET content_hash = ? WHERE id = ?",
            (hashes[before], revision_id),
        )
    for before, after in hashes.items():
        sql = "UPDATE sightings SET content_hash = ? WHERE article_id = ? AND content_hash = ?"
        conn.execute(sql, (after, article_id, before))
    _store(conn, article_id, hashes[current])
    return True


def _has_other_d(text: str | None) -> bool:
    return text is not None and one_letter_d(text) != text


def _store(conn: sqlite3.Connection, article_id: int, text_hash: str) -> None:
    """Give the article its hash; one that has it already takes it over, or is taken over."""
    sql = "SELECT id FROM articles WHERE content_hash = ? AND id <> ?"
    equal = conn.execute(sql, (text_hash, article_id)).fetchone()
    kept = article_id
    if equal is not None and (own := _hash_of_other(conn, article_id, equal[0], text_hash)):
        text_hash = own
    elif equal is not None:
        first = "SELECT id FROM articles WHERE id IN (?, ?) ORDER BY first_seen_at, id LIMIT 1"
        kept = conn.execute(first, (article_id, equal[0])).fetchone()[0]
        _merge(conn, kept, gone=equal[0] if kept == article_id else article_id)
    conn.execute("UPDATE articles SET content_hash = ? WHERE id = ?", (text_hash, kept))
    conn.execute("INSERT OR IGNORE INTO similarity_queue VALUES (?)", (kept,))


def _hash_of_other(
    conn: sqlite3.Connection, article_id: int, equal_id: int, text_hash: str
) -> str | None:
    """Return the hash of an article that is another document than one with its text, or None."""
    known = documents_of(conn, equal_id)
    (count,) = conn.execute(
        "SELECT word_count FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    documents = documents_of(conn, article_id)
    if not documents or not all(is_other(one, known, count) for one in documents):
        return None
    return document_hash(documents[0], text_hash, with_files=True)


def _merge(conn: sqlite3.Connection, kept: int, *, gone: int) -> None:
    for article_id in (kept, gone):
        if row := conn.execute(_ARTICLE, (article_id,)).fetchone():
            _index_again(conn, article_id, row[1:])
        search.unindex(conn, article_id, search.indexed_texts(conn, article_id))
    values = {"kept": kept, "gone": gone, "now": utc(utc_now())}
    for sql in _MERGED:
        conn.execute(sql, values)
    search.index(conn, kept, search.indexed_texts(conn, kept))


def _index_again(conn: sqlite3.Connection, article_id: int, texts: Sequence[str | None]) -> None:
    """Replace the entries of version 1, which have neither đ for eth nor the titles of copies."""
    now = search.indexed_texts(conn, article_id)
    if now[-1] or any(map(_has_other_d, texts)):
        search.unindex(conn, article_id, [*texts, ""], search.FORMS_1)
        search.index(conn, article_id, now)
    conn.execute(_IS_DONE, (article_id,))
