"""The project's commands, run as an operator runs them: each in a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import PATIENCE, Done, Process, run, start, until

QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "RETRY_ENABLED=0")


def scrapy(*arguments: str | Path) -> Done:
    """Run ``scrapy`` with ``arguments`` in the project's folder."""
    return run("scrapy", *arguments)


def scrapy_after(code: str, *arguments: str | Path) -> Done:
    """Run ``scrapy`` with ``arguments`` in a new interpreter that runs ``code`` first.

    The code replaces what modules hold, before they are imported.
    """
    return run("tests.support.after", code, *arguments, fresh=True)


@dataclass(slots=True)
class Started:
    """A command that runs: what it printed so far, and how it ends."""

    process: Process
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
        process = start("scrapy", arguments, None, stdout, stderr)
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
