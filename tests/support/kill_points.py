"""A command that kills itself at its n-th write: each file, name, flush and commit is a boundary.

Run as ``python -m tests.support.kill_points N FOLDER command …``: only files in FOLDER count. The
boundaries are Python's audit events of files, flushes to disk, and commits before and after.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.processes import run

SIGKILLED = -9
_NAMES = frozenset(["os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"])
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def killed_everywhere(
    start: Path, folder: Path, arguments: Sequence[str], step: int = 1
) -> Iterator[int]:
    """Yield after each kill of the command, ``folder`` being what it left of a copy of ``start``.

    Ends after the run that came to its end, which must have been a good one. ``step``: kill at
    every so many boundaries, where a command has too many of them for one night.
    """
    for number in count(1, step):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(start, folder, symlinks=True)
        code = run_to(number, folder, arguments)
        if code != SIGKILLED:
            assert code == 0
            assert number > 3, "it wrote nothing"
            return
        yield number


def run_to(number: int, folder: Path, arguments: Sequence[str]) -> int:
    """Run a command that is killed at its ``number``-th boundary; return its code."""
    return run("tests.support.kill_points", str(number), folder, *arguments).code


class Killer:
    """Counts boundaries, and kills the process at the last one."""

    def __init__(self, number: int, folder: Path) -> None:
        self.left = number
        self.folder = f"{folder.resolve()}{os.sep}"

    def boundary(self) -> None:
        """Count one."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Count what writes below the folder."""
        is_open = event == "open"
        is_writing = int(arguments[2] or 0) & _WRITES if is_open else event in _NAMES
        if is_writing and self._is_inside(arguments[0]):
            self.boundary()

    def _is_inside(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        return str(Path(os.fsdecode(path)).resolve()).startswith(self.folder)


def _main(number: int, folder: Path, arguments: Sequence[str]) -> None:
    from scrapy.cmdline import execute  # noqa: PLC0415 - only in the process that is killed

    killer = Killer(number, folder)
    flush = os.fsync

    class Committing(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
            if sql != "COMMIT":
                return super().execute(sql, parameters)
            killer.boundary()
            cursor = super().execute(sql, parameters)
            killer.boundary()
            return cursor

    def flushing(fd: Any) -> None:
        killer.boundary()
        flush(fd)

    os.fsync = flushing
    sqlite3.connect = functools.partial(sqlite3.connect, factory=Committing)  # type: ignore[assignment]
    sys.addaudithook(killer.audit)
    execute(["scrapy", *arguments])


if __name__ == "__main__":
    _main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
