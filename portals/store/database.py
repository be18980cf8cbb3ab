"""The SQLite file: opening, migrating, and transactions for reading and writing."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from portals.catalogue import portals
from portals.errors import StorageError
from portals.store.articles import ArticleRepository
from portals.store.catalogue_table import save_catalogue
from portals.store.identity import (
    BUSY_TIMEOUT_SECONDS,
    VERSION,
    Identity,
    OlderDatabaseError,
    connect_to_read,
    empty_database,
    identify,
    identify_file,
    missing_database,
)
from portals.store.runs import RunRepository
from portals.store.sqlite import Database
from portals.store.transactions import HookedConnection, reading, writing
from portals.store.upgrade import upgrade
from portals.store.url_knowledge import UrlKnowledge
from portals.store.write_ahead_log import LARGE
from portals.store.write_failures import write_failure

__all__ = ["VERSION", "Store"]

_MEMORY = ":memory:"


class Store:
    """One database file, and the repositories of its tables.

    ``folder``: the folder of the file; paths of archives are relative to it.
    """

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.folder = folder
        self.articles = ArticleRepository(db)
        self.runs = RunRepository(db)
        self.url_knowledge = UrlKnowledge(db)

    @classmethod
    def open(cls, path: str | Path) -> Store:
        """Open ``path``; create or migrate it if needed.

        A symbolic link is followed, so that logs, locks and copies are beside the file itself.
        Raises StorageError; nothing is written to a file of another program or a newer release.
        """
        path = Path(path)
        try:
            if str(path) != _MEMORY:
                path = path.resolve()
                path.parent.mkdir(parents=True, exist_ok=True)
                identify_file(path)
            connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
            return cls._of(connection, path)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(_why_unusable(error, path)) from error

    @classmethod
    def _of(cls, connection: sqlite3.Connection, path: Path) -> Store:
        try:
            db = _configured(connection)
            upgrade(db, path)
            store = cls(db, path.resolve().parent)
            save_catalogue(connection, portals().values())
        except BaseException:
            connection.close()
            raise
        return store

    @classmethod
    def in_memory(cls) -> Store:
        """Return a store without a file, for a copy of some rows of another one.

        Rows may refer to rows that are not there. ``db.conn`` is a ``HookedConnection``.
        """
        connection = sqlite3.connect(_MEMORY, isolation_level=None, factory=HookedConnection)
        store = cls._of(connection, Path(_MEMORY))
        connection.execute("PRAGMA foreign_keys = OFF")
        return store

    @classmethod
    def open_existing(cls, path: str | Path) -> Store:
        """Open an existing ``path`` for writing, unless it is empty. Raises StorageError."""
        if not Path(path).is_file():
            raise StorageError(missing_database(path))
        with suppress(sqlite3.Error):  # of which ``open`` says what is wrong
            if identify_file(Path(path)) is Identity.EMPTY:
                raise StorageError(empty_database(path))
        return cls.open(path)

    @classmethod
    def open_to_read(cls, path: str | Path) -> Store:
        """Open an existing ``path`` without writing to it, also in a place that is read-only.

        Raises StorageError, also where the database is of another release or program.
        """
        path = Path(path)
        if not path.is_file():
            raise StorageError(missing_database(path))
        try:
            connection = connect_to_read(path)
            try:
                identity = identify(connection, path)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise StorageError(
                f"cannot read the database {path}: {write_failure(error, path)}"
            ) from error
        if identity is Identity.CURRENT:
            return cls(Database(connection), path.resolve().parent)
        connection.close()
        if identity is Identity.EMPTY:
            raise StorageError(empty_database(path))
        raise OlderDatabaseError(
            f"the database {path} is of an earlier release; 'scrapy migrate' brings it up to date"
        )

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def writing(self) -> AbstractContextManager[None]:
        """Hold the write lock from the start, so that two writers queue instead of colliding."""
        return writing(self.db.conn)

    def reading(self) -> AbstractContextManager[None]:
        """See the database as of one moment, whatever others write meanwhile."""
        return reading(self.db.conn)

    # --- for callers that do not ask the repositories yet ----------------------------------------


_EXPLAINED = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
)


def _why_unusable(error: Exception, path: Path) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _EXPLAINED:
        return f"cannot use the database {path}: {write_failure(error, path)}"
    return f"cannot use the database {path}: {error}; give a writable file with --db"


def _configured(connection: sqlite3.Connection) -> Database:
    # Write-ahead logging permits reading while a crawl writes; FULL survives a power failure.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {LARGE}")  # a log that a reader let grow
    connection.execute("PRAGMA foreign_keys = ON")
    return Database(connection)
