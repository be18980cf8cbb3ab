"""The write-ahead log of a database, which grows as long as a reader holds an old state."""

from __future__ import annotations

import os
from pathlib import Path

from portals.store.write_failures import readers

LARGE = 64_000_000
"""Bytes; without readers the log is emptied at about 4 MB."""


def log_size(database: Path) -> int:
    """Return the bytes of the log; 0 where there is none."""
    return _size(_log_of(database))


def _log_of(database: Path) -> str:
    return f"{database.resolve()}-wal"


def _size(log: str) -> int:
    try:
        return os.stat(log).st_size  # noqa: PTH116 - for every page; a path takes longer
    except OSError:
        return 0


def growth(database: Path) -> str | None:
    """Return in one line that the log is large, with the likely cause; None if it is not."""
    size = log_size(database)
    if size <= LARGE:  # a log that was cut has that size
        return None
    names = ", ".join(readers(database))
    cause = f"{names} is reading an old state" if names else "a reader held an old state"
    return (
        f"the log {database}-wal has {size // 1_000_000} MB: {cause}; it is emptied when no program"
        " reads from the database for longer than one query"
    )


class LogWatch:
    """Looks at the log of a run's database, and has something to say once."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self._log = _log_of(database)
        self._is_told = False

    def warning(self) -> str | None:
        """Return what to warn of, the first time that the log is large."""
        if self._is_told or _size(self._log) <= LARGE:
            return None
        found = growth(self.database)
        self._is_told = found is not None
        return found
