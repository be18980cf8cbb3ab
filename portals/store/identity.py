"""Whose a database file is, and of which release: asked before anything is written to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path

from portals.errors import StorageError
from portals.store.migrations import migrations
from portals.store.sqlite import Database

APPLICATION_ID = 0x54434431
"""``PRAGMA application_id`` of our databases ("TCD1"); 0 in those of earlier releases."""

MIGRATION_NAMES = tuple(one.name for one in migrations.pending(Database(memory=True)))
"""The migrations of this release, in order."""

VERSION = len(MIGRATION_NAMES)
"""Version of the schema (``PRAGMA user_version``)."""

BUSY_TIMEOUT_SECONDS = 60
"""How long a writer waits for another one; nightly crawls of several portals share one file."""

_NO_WRITE_ACCESS = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})


class ForeignDatabaseError(StorageError):
    """A SQLite file of another program."""


class NewerDatabaseError(StorageError):
    """A database of a newer release."""


class OlderDatabaseError(StorageError):
    """A database of an earlier release, which a reader does not migrate."""


class Identity(StrEnum):
    """Whose a file is: ``empty`` has no tables and may become ours."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"


def missing_database(path: str | Path) -> str:
    """Return the message about a database that is not there."""
    if Path(path).is_dir():
        return f"{path} is a folder; give a file in it with --db FILE"
    return f"there is no database {path}; crawl first, or give --db FILE"


def empty_database(path: str | Path) -> str:
    """Return the message about a file without tables, to which nothing was crawled yet."""
    return f"the database {path} is empty; crawl first, or give --db FILE"


def identify(connection: sqlite3.Connection, path: Path) -> Identity:
    """Return what the database is, without writing to it.

    SQLite is asked: with a write-ahead log, the header in the file may be out of date. Raises
    ForeignDatabaseError, NewerDatabaseError and sqlite3.Error.
    """
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    )
    applied = _applied(connection)
    if application not in (0, APPLICATION_ID) or (application == 0 and not applied):
        has_tables = connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
        if application or version or has_tables:
            raise ForeignDatabaseError(
                f"{path} is a database of another program; give another file with --db FILE"
            )
        return Identity.EMPTY
    if version > VERSION or not applied.issubset(MIGRATION_NAMES):
        raise NewerDatabaseError(
            f"the database {path} is of a newer release (schema version"
            f" {max(version, len(applied))}; this release knows {VERSION}); install that release"
        )
    return Identity.CURRENT if len(applied) == VERSION else Identity.OLDER


def is_current(connection: sqlite3.Connection) -> bool:
    """Return True if the database has the schema of this release, also while others migrate it."""
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] == VERSION)


def identify_file(path: Path) -> Identity:
    """Return what the file at ``path`` is, through a connection that cannot write.

    Raises StorageError and sqlite3.Error.
    """
    if not path.is_file():  # of anything else SQLite says why it is no database
        return Identity.EMPTY
    if path.stat().st_nlink > 1:
        raise StorageError(
            f"{path} has a second name (a hard link): SQLite's logs and our locks follow the name,"
            " and two programs would corrupt it; remove one name, or copy with 'scrapy snapshot'"
        )
    with closing(_connect(path, "ro")) as connection:
        try:
            return identify(connection, path)
        except sqlite3.OperationalError as error:
            if not _lacks_write_access(error):
                raise
    # The log of a killed writer, which only a connection that may write can read.
    with closing(_connect(path, "rw")) as connection:
        return identify(connection, path)


@contextmanager
def opened_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that cannot write, and close it. Raises StorageError, sqlite3.Error."""
    with closing(connect_to_read(path)) as connection:
        yield connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection to an existing file that cannot write, also on a read-only place.

    A file in write-ahead mode needs ``-shm`` and ``-wal`` beside it, which cannot be created there;
    without a log the file alone is the whole database. Raises StorageError and sqlite3.Error.
    """
    connection = _connect(path, "ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if not _lacks_write_access(error):
            raise
    except BaseException:
        connection.close()
        raise
    else:
        return connection
    log = path.resolve()
    log = log.with_name(f"{log.name}-wal")
    if log.exists() and log.stat().st_size:
        raise StorageError(
            f"{log} holds rows that cannot be read where nothing can be written;"
            " 'scrapy snapshot' at the place of origin makes one whole file"
        )
    return _connect(path, "ro&immutable=1")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS)


def _lacks_write_access(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in _NO_WRITE_ACCESS


def _applied(connection: sqlite3.Connection) -> set[str]:
    """Return the names of our migrations that were applied to the database."""
    table = migrations.migrations_table
    sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
    if not connection.execute(sql, (table,)).fetchone():
        return set()
    columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    if not {"migration_set", "name"} <= columns:
        return set()
    rows = connection.execute(
        f"SELECT name FROM {table} WHERE migration_set = ?",  # noqa: S608 - our own name
        (migrations.name,),
    )
    return {row[0] for row in rows}
