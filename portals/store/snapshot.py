"""A consistent copy of a database while it is written."""

from __future__ import annotations

import glob
import re
import sqlite3
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

from portals.errors import StorageError
from portals.file_failures import file_failure
from portals.files import replacing
from portals.store.identity import (
    ForeignDatabaseError,
    Identity,
    NewerDatabaseError,
    empty_database,
    identify,
    missing_database,
    opened_to_read,
)
from portals.store.integrity import Part, structural_faults
from portals.store.write_failures import write_failure


class DamagedDatabaseError(StorageError):
    """A database that is not whole."""


def snapshot(database: Path, target: Path) -> int:
    """Copy ``database`` to ``target`` atomically and return the size in bytes.

    The copy is one file without a write-ahead log, as of one moment; a crawl may write meanwhile.
    It is checked before it replaces an earlier one; no other file is replaced. Raises StorageError;
    DamagedDatabaseError if the copy is not whole, and then ``target`` is left as it was.
    """
    if not database.is_file():
        raise StorageError(missing_database(database))
    target = target.resolve()
    if target == database.resolve():
        raise StorageError(f"{target} is the database itself; give another name")
    if target.exists() and not target.is_file():
        raise StorageError(f"{target} is no file; name one")
    _check_replaceable(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as draft:
            _copy(database, draft)
            _check(draft, database, target)
            for log in ("-wal", "-shm", "-journal"):  # left by writers of an earlier copy
                target.with_name(f"{target.name}{log}").unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot copy {database}: {file_failure(error)}") from error
    except sqlite3.Error as error:
        raise StorageError(
            f"cannot copy {database} to {target}: {write_failure(error, database)}"
        ) from error
    return target.stat().st_size


def _check_replaceable(target: Path) -> None:
    """Raise StorageError where ``target`` is anything but a database of this project."""
    if not target.exists() or not target.stat().st_size:
        return
    try:
        with opened_to_read(target) as connection:
            identify(connection, target)
    except (sqlite3.Error, ForeignDatabaseError) as error:
        raise StorageError(
            f"{target} is no copy of a database of this project, and is not replaced;"
            " give another name"
        ) from error


def copies_beside(database: Path) -> list[Path]:
    """Return the copies of a database that migrations and killed commands left beside it."""
    name = glob.escape(database.name)
    patterns = (f"{name}.schema*.bak", f".{name}.*")
    return sorted(path for one in patterns for path in database.parent.glob(one))


def dated(target: Path, day: date) -> Path:
    """Return the name of the copy of a day: ``articles-2025-07-01.db`` for ``articles.db``."""
    return target.with_name(f"{target.stem}-{day.isoformat()}{target.suffix}")


def remove_older(target: Path, keep: int, today: date) -> list[Path]:
    """Remove all but the newest ``keep`` of the dated copies of ``target``; return those removed.

    Files with other names are never touched, nor those of days after ``today``: one of the clocks
    was wrong, and they do not count. Raises StorageError.
    """
    name = re.compile(rf"{re.escape(target.stem)}-(\d{{4}}-\d\d-\d\d){re.escape(target.suffix)}")
    try:
        found = {path: name.fullmatch(path.name) for path in target.parent.iterdir()}
        copies = [path for path, one in found.items() if one and one[1] <= today.isoformat()]
        old = sorted(copies, reverse=True)[keep:]
        for path in old:
            path.unlink()
    except OSError as error:
        raise StorageError(f"cannot remove older copies: {error}; remove them by hand") from error
    return old


def _copy(database: Path, draft: Path) -> None:
    with opened_to_read(database) as source, closing(sqlite3.connect(draft)) as copy:
        _check_source(source, database)
        source.backup(copy)  # all pages in one step, under one read lock
        copy.execute("PRAGMA journal_mode = DELETE")


def _check_source(source: sqlite3.Connection, database: Path) -> None:
    """Raise StorageError where there is nothing of ours to copy; a newer release's is copied."""
    with suppress(NewerDatabaseError):
        if identify(source, database) is Identity.EMPTY:
            raise StorageError(empty_database(database))


def _check(draft: Path, database: Path, target: Path) -> None:
    """Raise DamagedDatabaseError if the copy is damaged."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        fault = next(structural_faults(copy), None)
    if fault is None:
        return
    remedy = "restore an earlier copy of it"
    if fault.part is Part.SEARCH:
        remedy = "run 'scrapy search --rebuild'"
    raise DamagedDatabaseError(
        f"{database} is damaged ({fault.message}); {target} is left as it was; {remedy}"
    )
