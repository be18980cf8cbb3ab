"""Migrating a database of an earlier release, under every portal's lock and after a backup."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from portals.errors import StorageError
from portals.free_space import check_room
from portals.store.identity import APPLICATION_ID, VERSION
from portals.store.migrations import migrations
from portals.store.new_schema import create
from portals.store.portal_lock import PortalLock, PortalLockedError, waiting_lock
from portals.store.rehash import is_pending, rehash
from portals.store.snapshot import snapshot
from portals.store.sqlite import Database

logger = logging.getLogger(__name__)

_PARTS = 2  # of the size of a database that its migration writes: the copy, and the log

REEXTRACTION = "reextract"
"""Name under which a re-extraction holds the lock of a database."""


def upgrade(db: Database, path: Path) -> None:
    """Apply the pending migrations to the database at ``path``.

    A database with data is first copied to ``NAME.schemaN.bak`` beside it (N: its old version),
    while every portal's lock is held: a crawl of an earlier release must not write in between.
    Raises StorageError, sqlite3.Error and OSError.
    """
    if not migrations.pending(db):
        _claim(db)
        _rehash(db, path)
        return
    if not migrations.applied(db):
        _in_one_transaction(db, create)
        return
    with waiting_lock(path.with_name(f"{path.name}.upgrade.lock")), _nobody_writing(db, path):
        if not migrations.pending(db):  # another process migrated it while this one waited
            return
        version = db.execute("PRAGMA user_version").fetchone()[0]
        copy = path.with_name(f"{path.name}.schema{version}.bak")
        names = ", ".join(migration.name for migration in migrations.pending(db))
        logger.warning(
            "migrating %s from schema version %d to %d (%s); a copy is kept as %s",
            path, version, VERSION, names, copy,
        )  # fmt: skip
        check_room(path.parent, _PARTS * path.stat().st_size)
        snapshot(path, copy)
        _in_one_transaction(db, migrations.apply)
    _rehash(db, path)


def _rehash(db: Database, path: Path) -> None:
    """Recompute hashes of an earlier version; a run that was killed meanwhile is completed."""
    if not is_pending(db.conn):
        return
    with waiting_lock(path.with_name(f"{path.name}.upgrade.lock")), _nobody_writing(db, path):
        rehash(db.conn)


def _claim(db: Database) -> None:
    """Mark a database of an earlier release of this schema as ours, once."""
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@contextmanager
def _nobody_writing(db: Database, path: Path) -> Iterator[None]:
    """Hold the lock of every portal of the database. Raises StorageError."""
    portals = [row[0] for row in db.execute("SELECT DISTINCT portal FROM runs").fetchall()]
    with ExitStack() as locks:
        try:
            for name in (REEXTRACTION, *portals):
                locks.enter_context(PortalLock(path, name).hold())
        except PortalLockedError as error:
            raise StorageError(
                f"the database {path} is of an earlier release and still in use: {error}"
            ) from error
        yield


def _in_one_transaction(db: Database, change: Callable[[Database], None]) -> None:
    connection: sqlite3.Connection = db.conn
    connection.execute("BEGIN IMMEDIATE")
    try:
        if migrations.pending(db):  # or another process was faster
            change(db)
        connection.execute(f"PRAGMA user_version = {len(migrations.applied(db))}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")
