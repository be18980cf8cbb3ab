"""Another hash for a stored article, which may make it one with another article."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from portals.store import search
from portals.store.documents import document_hash, is_other
from portals.store.stored_hash import documents_of
from portals.timestamps import utc, utc_now

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


def give_hash(
    conn: sqlite3.Connection,
    article_id: int,
    text_hash: str,
    *,
    before_merging: Callable[[sqlite3.Connection, int], None] = lambda *_: None,
) -> int:
    """Give an article its new hash and return the id under which it is stored now.

    One that has the hash already takes it over, or is taken over: the one that was seen first
    stays. Inside the caller's transaction; the article's entry in the index is that of its texts,
    as ``before_merging`` makes sure for both.
    """
    sql = "SELECT id FROM articles WHERE content_hash = ? AND id <> ?"
    equal = conn.execute(sql, (text_hash, article_id)).fetchone()
    kept = article_id
    if equal is not None and (own := _hash_of_other(conn, article_id, equal[0], text_hash)):
        text_hash = own
    elif equal is not None:
        first = "SELECT id FROM articles WHERE id IN (?, ?) ORDER BY first_seen_at, id LIMIT 1"
        kept = conn.execute(first, (article_id, equal[0])).fetchone()[0]
        gone = equal[0] if kept == article_id else article_id
        for each in (kept, gone):
            before_merging(conn, each)
        _merge(conn, kept, gone=gone)
    conn.execute("UPDATE articles SET content_hash = ? WHERE id = ?", (text_hash, kept))
    conn.execute("INSERT OR IGNORE INTO similarity_queue VALUES (?)", (kept,))
    return kept


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
        search.unindex(conn, article_id, search.indexed_texts(conn, article_id))
    values = {"kept": kept, "gone": gone, "now": utc(utc_now())}
    for sql in _MERGED:
        conn.execute(sql, values)
    search.index(conn, kept, search.indexed_texts(conn, kept))
