"""The project's commands, run as an operator runs them: each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.project import PROJECT

QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "RETRY_ENABLED=0")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def scrapy(*arguments: str | Path) -> Done:
    """Run ``scrapy`` with ``arguments`` in the project's folder."""
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error::DeprecationWarning:portals",
            "-m",
            "scrapy",
            *map(str, arguments),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


PATIENCE = 600
"""Seconds after which a condition that a test waits for is taken never to come true.

It only ends a broken test: a machine that is merely busy never gets there.
"""

_RUN = "\nimport sys\nfrom scrapy.cmdline import execute\nexecute(['scrapy', *sys.argv[1:]])\n"


def scrapy_after(code: str, *arguments: str | Path) -> Done:
    """Run ``scrapy`` with ``arguments`` in a process that runs ``code`` first."""
    done = subprocess.run(
        [sys.executable, "-c", code + _RUN, *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds. Raises AssertionError where it never does."""
    never = threading.Event()
    for _ in range(PATIENCE * 100):
        if condition():
            return
        never.wait(0.01)
    raise AssertionError("waited in vain")


@dataclass(slots=True)
class Started:
    """A command that runs: what it printed so far, and how it ends."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    def wait_for(self, words: str) -> None:
        """Wait until the log says ``words``."""
        until(lambda: words in self.err.read_text("utf-8"))

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        os.kill(self.process.pid, number)

    def end(self) -> Done:
        """Wait for the end of the process."""
        code = self.process.wait(PATIENCE)
        return Done(code, self.out.read_text("utf-8"), self.err.read_text("utf-8"))


@contextmanager
def started(folder: Path, *arguments: str | Path) -> Iterator[Started]:
    """Start ``scrapy`` with ``arguments``, its words in ``folder``; it is killed at the end."""
    out, err = folder / "started.out", folder / "started.err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", *map(str, arguments)],
            cwd=PROJECT,
            stdout=stdout,
            stderr=stderr,
        )
    try:
        yield Started(process, out, err)
    finally:
        process.kill()
        process.wait()


def live(spider: str, origin: str, database: Path, *more: str) -> tuple[str, ...]:
    return (
        "crawl", spider, "-a", f"origin={origin}", "-s", f"DATABASE={database}",
        "-s", f"ARCHIVE_DIR={database.parent / 'archive'}", *QUICK, *more,
    )  # fmt: skip


def crawl_of(origin: str, database: Path, *more: str) -> tuple[str, ...]:
    return (
        "crawl", "haiphong", "-a", f"origin={origin}", "-s", f"DATABASE={database}",
        "-s", "ARCHIVE_DIR=", *QUICK, *more,
    )  # fmt: skip


def command(spider: str, origin: str, database: Path, *more: str) -> tuple[str, ...]:
    """Return the arguments of a crawl of a copy of a portal."""
    return (
        "crawl", spider, "-a", f"origin={origin}", "-s", f"DATABASE={database}",
        "-s", "ARCHIVE_DIR=", "-s", "LOG_LEVEL=WARNING", *QUICK, *more,
    )  # fmt: skip


def crawl_without_origin(folder: Path) -> tuple[str, ...]:
    return (
        "crawl", "haiphong", "-s", f"DATABASE={folder / 'a.db'}", "-s", "ARCHIVE_DIR=", *QUICK,
    )  # fmt: skip
