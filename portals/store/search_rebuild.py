"""Rebuilding the search index while crawls write: beside the old one, which it then replaces.

An index is built in short transactions with pauses between them. Triggers log the articles that
change meanwhile; the last transaction catches up with these and swaps the tables. A rebuild that
was killed leaves its tables and triggers, which the next one removes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Container, Generator

from portals.store.search import FORMS, TEXTS, index, unindex
from portals.store.transactions import let_others_write, writing

REBUILD = "search-rebuild"
"""Name under which a rebuild holds the lock of a database."""

_BATCH = 400  # articles in a transaction; some 0.3 seconds
_SHADOWS = ("data", "idx", "content", "docsize", "config")
_NEW = "_new"
_CREATE = (
    "CREATE VIRTUAL TABLE {table} USING fts5"
    " (title, text, content = '', tokenize = 'unicode61 remove_diacritics 0')",
    "INSERT INTO {table} ({table}, rank) VALUES ('rank', 'bm25(5.0, 1.0)')",
)
_LOG = f"INSERT OR IGNORE INTO search_changes {TEXTS} WHERE a.id ="
_LOG_CHANGES = (
    "CREATE TABLE search_changes (article_id INTEGER PRIMARY KEY, title, lead, body, other_titles)",
    "CREATE TRIGGER search_changes_insert AFTER INSERT ON articles BEGIN"
    " INSERT OR IGNORE INTO search_changes (article_id) VALUES (new.id); END",
    "CREATE TRIGGER search_changes_update BEFORE UPDATE OF title, lead, body ON articles"
    f" BEGIN {_LOG} old.id; END",
    f"CREATE TRIGGER search_changes_delete BEFORE DELETE ON articles BEGIN {_LOG} old.id; END",
    "CREATE TRIGGER search_changes_copy_insert BEFORE INSERT ON sightings"
    f" BEGIN {_LOG} new.article_id; END",
    "CREATE TRIGGER search_changes_copy_update BEFORE UPDATE OF title, article_id ON sightings"
    f" BEGIN {_LOG} old.article_id; {_LOG} new.article_id; END",
    "CREATE TRIGGER search_changes_copy_delete BEFORE DELETE ON sightings"
    f" BEGIN {_LOG} old.article_id; END",
)
"""The log has the first old texts of an article: those that the new index has, if it has any."""

_TRIGGERS = ("insert", "update", "delete", "copy_insert", "copy_update", "copy_delete")


def rebuild(
    conn: sqlite3.Connection, pause: Callable[[], None] = let_others_write
) -> Generator[int, None, None]:
    """Rebuild the search index, damaged or not, and yield the number of articles per transaction.

    ``pause``: called between transactions. Only one process may do this at a time. Raises
    sqlite3.Error.
    """
    with writing(conn):
        discard_leftovers(conn)
        for name in FORMS:
            for statement in _CREATE:
                conn.execute(statement.format(table=f"search_{name}{_NEW}"))
        for statement in _LOG_CHANGES:
            conn.execute(statement)
    last = 0
    while True:
        with writing(conn):
            rows = _next_articles(conn, last)
            for article_id, *texts in rows:
                index(conn, article_id, texts, suffix=_NEW)
        if not rows:
            break
        last = rows[-1][0]
        yield len(rows)
        pause()
    damaged = _damaged_tables(conn)
    with writing(conn):
        _catch_up(conn)
        for name in FORMS:
            _drop(conn, f"search_{name}", damaged)
            conn.execute(f"ALTER TABLE search_{name}{_NEW} RENAME TO search_{name}")
        _drop_log(conn)
    if damaged:
        conn.execute("VACUUM")  # their pages belong to no table now


def _next_articles(conn: sqlite3.Connection, last: int) -> list[tuple[int, str, str, str, str]]:
    return conn.execute(
        f"{TEXTS} WHERE a.id > ? AND a.id NOT IN (SELECT article_id FROM search_changes)"  # noqa: S608
        " ORDER BY a.id LIMIT ?",
        (last, _BATCH),
    ).fetchall()


def _catch_up(conn: sqlite3.Connection) -> None:
    """Index the articles that changed during the rebuild, and those that no batch has seen."""
    for article_id, *before in conn.execute("SELECT * FROM search_changes").fetchall():
        if _is_indexed(conn, article_id):
            unindex(conn, article_id, before, suffix=_NEW)
        row = conn.execute(f"{TEXTS} WHERE a.id = ?", (article_id,)).fetchone()
        if row is not None:
            index(conn, article_id, row[1:], suffix=_NEW)


def _is_indexed(conn: sqlite3.Connection, article_id: int) -> bool:
    name = next(iter(FORMS))
    sql = f"SELECT 1 FROM search_{name}{_NEW}_docsize WHERE id = ?"  # noqa: S608 - our own name
    return conn.execute(sql, (article_id,)).fetchone() is not None


def discard_leftovers(conn: sqlite3.Connection) -> None:
    """Remove what a killed rebuild left, inside the caller's transaction."""
    _drop_log(conn)
    for name in FORMS:
        _drop(conn, f"search_{name}{_NEW}")


def _drop_log(conn: sqlite3.Connection) -> None:
    for name in _TRIGGERS:
        conn.execute(f"DROP TRIGGER IF EXISTS search_changes_{name}")
    conn.execute("DROP TABLE IF EXISTS search_changes")


def _drop(conn: sqlite3.Connection, table: str, damaged: Container[str] = ()) -> None:
    """Drop an index; of its ``damaged`` tables only the entries in the schema are removed."""
    _forget(conn, table)  # FTS5 would open the index to drop it, and a damaged one may not open
    shadows = [f"{table}_{shadow}" for shadow in _SHADOWS]
    for shadow in shadows:
        if shadow in damaged:
            _forget(conn, shadow)
    for shadow in shadows:
        conn.execute(f"DROP TABLE IF EXISTS {shadow}")


def _damaged_tables(conn: sqlite3.Connection) -> set[str]:
    """Return the tables of the index whose pages cannot be read to be freed."""
    damaged = set()
    for name in FORMS:
        for table in (f"search_{name}_{shadow}" for shadow in _SHADOWS):
            sql = "SELECT 1 FROM sqlite_schema WHERE name = ?"
            if not conn.execute(sql, (table,)).fetchone():
                continue
            try:
                found = conn.execute(f"PRAGMA quick_check({table})").fetchall()
            except sqlite3.DatabaseError:
                found = []
            if found != [("ok",)]:
                damaged.add(table)
    return damaged


def _forget(conn: sqlite3.Connection, table: str) -> None:
    """Remove a table from the schema without reading it."""
    sql = "SELECT 1 FROM sqlite_schema WHERE tbl_name = ?"
    if not conn.execute(sql, (table,)).fetchone():
        return
    conn.execute("PRAGMA writable_schema = ON")
    try:
        conn.execute("DELETE FROM sqlite_schema WHERE tbl_name = ?", (table,))
    finally:
        conn.execute("PRAGMA writable_schema = RESET")
