"""Erasing what deleted rows leave in the database's file: in free space, index and log."""

from __future__ import annotations

import mmap
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from portals.errors import StorageError
from portals.free_space import check_room
from portals.store.search import FORMS
from portals.store.transactions import let_others_write, writing
from portals.store.write_failures import readers

_MERGED_PAGES = 500  # of the index in one transaction
_WAIT_MS = 2_000  # for readers of an old state; one that reads longer is named
_FRAGMENT = 24  # characters that are looked for; less than a page holds of any text
_FRAGMENTS = 40  # of one text
_PARTS = 3  # of the file's size that VACUUM writes: a copy, the log, and the file


class StillReadError(StorageError):
    """A reader holds an old state of the database, so that its log cannot be emptied."""


def overwrite_deleted(connection: sqlite3.Connection) -> None:
    """Let what this connection deletes be overwritten with zeros."""
    connection.execute("PRAGMA secure_delete = ON")


def erase(
    connection: sqlite3.Connection,
    database: Path,
    texts: Iterable[str] | None,
    pause: Callable[[], None] = let_others_write,
) -> None:
    """Remove what deleted rows have left in index, log and free space of the file.

    ``texts``: those that were deleted; the whole file is written anew if it still holds a fragment
    of one, or if they are not known (None). ``pause``: called between transactions. Raises
    StillReadError, StorageError, OSError and sqlite3.Error.
    """
    _merge_index(connection, pause)
    empty_log(connection, database)
    if texts is None or holds_any(connection, database, texts):
        check_room(database.parent, _PARTS * database.stat().st_size)
        connection.execute("VACUUM")
        empty_log(connection, database)


def _merge_index(connection: sqlite3.Connection, pause: Callable[[], None]) -> None:
    """Merge the segments of the search index: only then deleted words leave them."""
    for name in FORMS:
        table = f"search_{name}"
        size = -_MERGED_PAGES  # the first step chooses all segments
        while True:
            before = connection.total_changes
            with writing(connection):
                connection.execute(
                    f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)",  # noqa: S608
                    (size,),
                )
            if connection.total_changes - before < 2:  # as FTS5 says that nothing was merged
                break
            size = _MERGED_PAGES
            pause()


def empty_log(connection: sqlite3.Connection, database: Path) -> None:
    """Write the log into the file and cut it to nothing. Raises StillReadError."""
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
    try:
        is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")
    if is_busy:
        names = ", ".join(readers(database)) or "another program"
        raise StillReadError(
            f"{names} is reading an old state of {database}, whose log still holds the texts;"
            " 'scrapy forget --resume' finishes when it has ended"
        )


def holds_any(connection: sqlite3.Connection, database: Path, texts: Iterable[str]) -> bool:
    """Return True if the file holds a fragment of a text that no row has."""
    if not database.stat().st_size:
        return False
    with database.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        found = {one for text in texts for one in _fragments(text) if held.find(one.encode()) >= 0}
    return any(not _is_stored(connection, one) for one in sorted(found))


def _fragments(text: str) -> Iterator[str]:
    """Yield parts of a text, spread over all of it."""
    last = max(0, len(text) - _FRAGMENT)
    step = max(_FRAGMENT, last // _FRAGMENTS)
    for start in range(0, last + 1, step):
        part = text[start : start + _FRAGMENT]
        if len(part) == _FRAGMENT:
            yield part


def _is_stored(connection: sqlite3.Connection, part: str) -> bool:
    """Return True if another article has these words."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM revisions WHERE instr(body, ?1) OR instr(title, ?1)"
        " OR instr(lead, ?1)) OR EXISTS (SELECT 1 FROM articles WHERE instr(body, ?1)"
        " OR instr(title, ?1) OR instr(lead, ?1)) OR EXISTS (SELECT 1 FROM sightings"
        " WHERE instr(title, ?1)) OR EXISTS (SELECT 1 FROM rejects WHERE instr(detail, ?1))"
        " OR EXISTS (SELECT 1 FROM frontier WHERE instr(request, ?1))"
    )
    return bool(connection.execute(sql, (part,)).fetchone()[0])
