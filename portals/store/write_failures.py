"""Why a write failed, in words that name the cause, and the process that holds a lock."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from portals.errors import PortalError
from portals.store.transactions import CommitRefusedError

_WRITE_LOCK = 120
"""Byte of the file ``-shm`` that a writer of a database in write-ahead mode locks."""

_READ_LOCKS = range(123, 128)
"""The bytes that readers lock; while one is locked, the log cannot be emptied beyond it."""

_OURS = ("scrapy", "tin-cong-doan", "portals")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def write_failure(error: Exception, database: Path) -> str:
    """Return why a write to the database or an archive failed, and what to do, in one line."""
    if isinstance(error, CommitRefusedError | PortalError):
        return str(error)
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)
        if code == sqlite3.SQLITE_CORRUPT_VTAB:
            return "the search index is damaged; run 'scrapy search --rebuild'"
        return _of_sqlite(code & 0xFF, error, database)
    if isinstance(error, OSError) and error.errno in _FULL:
        return "the disk is full; free disk space, then run again"
    if not isinstance(error, OSError):
        return f"{error!r}; report it"
    return f"{error}; fix the permissions or the disk, then run again"


def _of_sqlite(code: int, error: sqlite3.Error, database: Path) -> str:
    if code == sqlite3.SQLITE_BUSY:
        names = ", ".join(writers(database)) or "another process"
        return f"the database is locked by {names}; wait for its end, then run again"
    if code == sqlite3.SQLITE_FULL:
        return "the disk is full; free disk space, then run again"
    if code == sqlite3.SQLITE_NOTADB:
        return (
            f"{database.name} is no SQLite database; give another file with --db FILE,"
            " or restore a copy"
        )
    if code == sqlite3.SQLITE_CORRUPT:
        return f"the database is damaged ({error}); 'scrapy verify' says where"
    return f"{error}; fix the permissions or the disk, then run again"


def writers(database: Path) -> list[str]:
    """Return the other processes that are writing to the database, as "NAME (process N)"."""
    return list(_holders(database, "WRITE", range(_WRITE_LOCK, _WRITE_LOCK + 1)))


def readers(database: Path) -> list[str]:
    """Return the other processes that are reading from the database at this moment."""
    return list(_holders(database, "READ", _READ_LOCKS))


def _holders(database: Path, kind: str, locked: range) -> Iterator[str]:
    """Yield the processes that hold a lock, from Linux's table; elsewhere none."""
    path = database.resolve()
    try:
        inode = path.with_name(f"{path.name}-shm").stat().st_ino
        lines = Path("/proc/locks").read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    found = set()
    for line in lines:
        # "1: POSIX ADVISORY WRITE 913 fe:00:2474084 120 120"; those that wait have an arrow
        fields = line.split()
        if len(fields) != 8 or fields[3] != kind or fields[5].rpartition(":")[2] != str(inode):
            continue
        first, last = int(fields[6]), fields[7]
        is_inside = last == "EOF" or int(last) >= locked.start
        if is_inside and first < locked.stop and int(fields[4]) != os.getpid():
            found.add(int(fields[4]))
    for process in sorted(found):
        yield f"{_program(process)} (process {process})"


def _without_flags(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("-")]


def _program(process: int) -> str:
    """Return program and command of a process; never its options, which may hold secrets."""
    try:
        given = Path(f"/proc/{process}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return "a program"
    words = [word for word in given.split("\0") if word]
    if words and Path(words[0]).name.startswith("python"):
        is_code = "-c" in words[:-1]
        words = words[:1] if is_code else _without_flags(words[1:]) or words[:1]
    if not words:
        return "a program"
    name = Path(words[0]).name
    name = Path(words[0]).parent.name if name == "__main__.py" else name
    command = words[1] if name in _OURS and len(words) > 1 else ""
    shown = f"{name} {command}".strip()
    return shown[:80] if shown.isprintable() else "a program"
