"""Whether a database is whole: its pages, indexes, references between rows, and search index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from portals.store.search import FORMS, check_index, faults

_SHOWN = 10  # messages of one check; a damaged file has thousands


class Part(StrEnum):
    """The part of an installation in which a fault was found."""

    DATABASE = "database"
    SEARCH = "search"
    ARCHIVE = "archive"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its part, and a message in one line."""

    part: Part
    message: str


def structural_faults(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Yield the faults of the file: pages, indexes, constraints, and the search index's structure.

    The search index is only checked by itself where the connection can write.
    """
    try:
        for (message,) in connection.execute(f"PRAGMA integrity_check({_SHOWN})"):
            if message != "ok":
                yield Fault(Part.DATABASE, " ".join(message.split()))
    except sqlite3.DatabaseError as error:
        yield Fault(Part.DATABASE, str(error))
        return
    yield from _index_faults(connection)


def content_faults(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Yield where rows disagree: references between tables, and articles and the search index.

    Likewise.
    """
    try:
        rows = connection.execute("PRAGMA foreign_key_check").fetchmany(_SHOWN)
        for table, row_id, parent, _ in rows:
            message = f"{table}, row {row_id}: refers to a missing row of {parent}"
            yield Fault(Part.DATABASE, message)
        for message in faults(connection):
            yield Fault(Part.SEARCH, message)
    except sqlite3.DatabaseError as error:
        yield Fault(Part.SEARCH, str(error))


def _index_faults(connection: sqlite3.Connection) -> Iterator[Fault]:
    for name in FORMS:
        table = f"search_{name}"
        sql = "SELECT 1 FROM sqlite_schema WHERE name = ?"
        if not connection.execute(sql, (table,)).fetchone():
            continue  # of a release before it
        try:
            check_index(connection, table)
        except sqlite3.DatabaseError as error:
            yield Fault(Part.SEARCH, f"{table}: {error}")
