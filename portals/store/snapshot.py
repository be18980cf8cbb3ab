"""A consistent copy of a database that is being written."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from portals.errors import StorageError


def snapshot(database: Path, target: Path) -> int:
    """Copy ``database`` to ``target``, whole or not at all, and return its size in bytes.

    The copy is one file without a log beside it, as of one moment; a crawl may write meanwhile.
    Raises StorageError.
    """
    if not database.is_file():
        raise StorageError(f"there is no database {database}; crawl first, or give -s DATABASE=")
    target = target.resolve()
    if target == database.resolve():
        raise StorageError(f"{target} is the database itself; give another name")
    if target.exists() and not target.is_file():
        raise StorageError(f"{target} is no file; name one")
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(beside)) as copy,
        ):
            source.execute("PRAGMA busy_timeout = 60000")
            source.backup(copy)  # all pages in one step, under one read lock
            copy.execute("PRAGMA journal_mode = DELETE")
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        for log in ("-wal", "-shm", "-journal"):  # of an earlier copy that somebody wrote to
            target.with_name(f"{target.name}{log}").unlink(missing_ok=True)
        beside.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise StorageError(f"cannot copy {database} to {target}: {error}") from error
    finally:
        for leftover in beside.parent.glob(f"{beside.name}*"):
            leftover.unlink(missing_ok=True)
    return target.stat().st_size
