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
from portals.store.merging import give_hash
from portals.store.transactions import writing

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
    give_hash(conn, article_id, hashes[current], before_merging=_index_again_if_old)
    return True


def _has_other_d(text: str | None) -> bool:
    return text is not None and one_letter_d(text) != text


def _index_again_if_old(conn: sqlite3.Connection, article_id: int) -> None:
    if row := conn.execute(_ARTICLE, (article_id,)).fetchone():
        _index_again(conn, article_id, row[1:])


def _index_again(conn: sqlite3.Connection, article_id: int, texts: Sequence[str | None]) -> None:
    """Replace the entries of version 1, which have neither đ for eth nor the titles of copies."""
    now = search.indexed_texts(conn, article_id)
    if now[-1] or any(map(_has_other_d, texts)):
        search.unindex(conn, article_id, [*texts, ""], search.FORMS_1)
        search.index(conn, article_id, now)
    conn.execute(_IS_DONE, (article_id,))
