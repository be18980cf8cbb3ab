"""The table ``recurring_lines``: lines of a portal's theme, which are left out of its articles.

They are learned from stored articles at the end of a run, and left out of these and of every later
one when it is stored, so that rows do not depend on the order in which pages were read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from portals.article import Article
from portals.contract import noted_provenance, without_lines
from portals.language.recurring import (
    SAMPLE,
    StoryText,
    recurring_lines,
    without_recurring,
)
from portals.language.text import canonical, content_hash, words
from portals.store import search
from portals.store.article_decision import provenance_json
from portals.store.merging import give_hash
from portals.store.transactions import let_others_write, writing
from portals.timestamps import utc, utc_now

_BATCH = 200  # articles in a transaction: the newest ones, which are compared, are in the last
_NEWEST = "SELECT title, lead, body FROM articles WHERE portal = ? ORDER BY id DESC LIMIT ?"
_BATCH_OF = "SELECT id, lead, body FROM articles WHERE portal = ? AND id > ? ORDER BY id LIMIT ?"
_LINES = "SELECT line FROM recurring_lines WHERE portal = ?"
_INSERT = "INSERT OR IGNORE INTO recurring_lines VALUES (?, ?, ?, ?)"
_TEXTS = "SELECT content_hash, title, lead, body, provenance FROM articles WHERE id = ?"
_REVISIONS = "SELECT id, content_hash, title, lead, body FROM revisions WHERE article_id = ?"


def without_recurring_lines(conn: sqlite3.Connection, article: Article) -> Article:
    """Return an article without the recurring lines of its portal. Raises sqlite3.Error."""
    lines = _known(conn, article.portal)
    return without_lines(article, lines) if lines else article


def learn(conn: sqlite3.Connection, portal: str, run_id: int) -> int:
    """Learn the recurring lines of a portal from its newest articles; leave them out of all.

    Returns the number of articles that lost lines. A learning that is interrupted begins again at
    the end of the next run: the lines are stored in the transaction of the newest articles, which
    show them until then. Raises sqlite3.Error.
    """
    found = recurring_lines(_newest(conn, portal))
    known = _known(conn, portal)
    lines = {key: line for key, line in found.items() if key not in known}
    if not lines:
        return 0
    keys = frozenset(lines)
    ids = list(_having(conn, portal, keys))
    older, newest = ids[:-_BATCH], ids[-_BATCH:]
    changed = 0
    for start in range(0, len(older), _BATCH):
        with writing(conn):
            batch = older[start : start + _BATCH]
            changed += sum(_leave_out(conn, article_id, keys) for article_id in batch)
        let_others_write()
    with writing(conn):
        changed += sum(_leave_out(conn, article_id, keys) for article_id in newest)
        rows = [(portal, line, utc(utc_now()), run_id) for line in lines.values()]
        conn.executemany(_INSERT, rows)
    return changed


def _having(conn: sqlite3.Connection, portal: str, lines: frozenset[str]) -> Iterator[int]:
    """Yield the ids of the articles of a portal that have such lines, oldest first."""
    last = 0
    while rows := conn.execute(_BATCH_OF, (portal, last, _BATCH)).fetchall():
        yield from (row[0] for row in rows if _has_some(StoryText.of(*row[1:]), lines))
        last = rows[-1][0]


def _has_some(story: StoryText, lines: frozenset[str]) -> bool:
    return without_recurring(story, lines) != story


def _newest(conn: sqlite3.Connection, portal: str) -> list[StoryText]:
    """Return the texts of the newest articles, one of each headline."""
    found = {
        canonical(title): StoryText.of(lead, body)
        for title, lead, body in conn.execute(_NEWEST, (portal, SAMPLE))
    }
    return list(found.values())


def _known(conn: sqlite3.Connection, portal: str) -> frozenset[str]:
    return frozenset(canonical(line) for (line,) in conn.execute(_LINES, (portal,)))


def _leave_out(conn: sqlite3.Connection, article_id: int, lines: frozenset[str]) -> bool:
    """Leave lines out of a stored article and of its earlier texts; return True if it had some."""
    row = conn.execute(_TEXTS, (article_id,)).fetchone()
    if row is None:  # it became one with another article of this batch
        return False
    stored_hash, title, lead, body, provenance = row
    before = StoryText.of(lead, body)
    after = without_recurring(before, lines)
    if after == before or stored_hash != content_hash(title, body):
        return False  # the second: another document with the text of an earlier one
    hashes = _leave_out_of_revisions(conn, article_id, lines)
    hashes[stored_hash] = content_hash(title, after.body)
    for old, new in hashes.items():
        sql = "UPDATE sightings SET content_hash = ? WHERE article_id = ? AND content_hash = ?"
        conn.execute(sql, (new, article_id, old))
    search.unindex(conn, article_id, search.indexed_texts(conn, article_id))
    conn.execute(
        "UPDATE articles SET lead = ?, body = ?, word_count = ?, provenance = ? WHERE id = ?",
        (
            after.lead,
            after.body,
            len(words(after.body)),
            provenance_json(noted_provenance(json.loads(provenance))),
            article_id,
        ),
    )
    search.index(conn, article_id, search.indexed_texts(conn, article_id))
    give_hash(conn, article_id, hashes[stored_hash])
    return True


def _leave_out_of_revisions(
    conn: sqlite3.Connection, article_id: int, lines: frozenset[str]
) -> dict[str, str]:
    """Leave lines out of all texts of an article; return the new hash of each that had some."""
    hashes = {}
    revisions: Sequence[tuple[int, str, str, str | None, str]]
    revisions = conn.execute(_REVISIONS, (article_id,)).fetchall()
    for revision_id, text_hash, title, lead, body in revisions:
        before = StoryText.of(lead, body)
        after = without_recurring(before, lines)
        if after == before:
            continue
        hashes[text_hash] = content_hash(title, after.body)
        conn.execute(
            "UPDATE OR REPLACE revisions SET lead = ?, body = ?, content_hash = ? WHERE id = ?",
            (after.lead, after.body, hashes[text_hash], revision_id),
        )
    return hashes
