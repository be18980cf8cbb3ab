"""``scrapy`` in a process that a test can kill or stop at named points of its work.

Run as ``python -m tests.support.storm FOLDER command …``; what the command starts runs so too. The
first process that passes a point that is armed disarms it, writes a line into the log, and sends
the signal: to itself, or to its whole node.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

_MODULE = "tests.support.storm"


class Point(NamedTuple):
    """A place in a command: the begin or the end of a function. ``holder``: a class, or ""."""

    name: str
    command: str
    module: str
    holder: str
    function: str
    is_after: bool = True


POINTS = (
    # The page is done and not in the outbox; both, in an open transaction; about to be committed;
    # committed, and the crawl does not know it.
    Point("page done", "crawl", "portals.cluster.state", "", "save"),
    Point("outbox insert", "crawl", "portals.cluster.outbox", "", "insert"),
    Point("commit begins", "crawl", "psycopg", "Transaction", "__exit__", is_after=False),
    Point("commit ended", "crawl", "psycopg", "Transaction", "__exit__"),
    Point("WARC append", "collect", "portals.archive.writer", "RollingWriter", "append"),
    Point("apply", "collect", "portals.crawling.apply", "PageApplier", "store_content"),
    Point("WARC sync", "collect", "portals.cluster.archives", "CollectedArchives", "sync"),
    Point("applied commit begins", "collect", "", "", "COMMIT", is_after=False),
    Point("applied commit ended", "collect", "", "", "COMMIT"),
    Point("outbox delete", "collect", "portals.cluster.outbox", "", "delete", is_after=False),
)


class Hit(NamedTuple):
    """A point that was hit. ``pids``: the processes that got the signal."""

    point: str
    signal: signal.Signals
    pids: tuple[int, ...]
    of: str


class Armoury:
    """The points that are armed, and the log of those that were hit, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "hits"

    def arm(self, point: str, number: signal.Signals, *, whole_node: bool = False) -> None:
        """Let the next process that passes a point get a signal."""
        (self._folder / "armed").mkdir(parents=True, exist_ok=True)
        draft = self._folder / "draft"
        draft.write_text(f"{number.value} {int(whole_node)}", "ascii")
        draft.rename(self._folder / "armed" / point)

    def hits(self) -> list[Hit]:
        """Return the points that were hit, in order."""
        found = []
        for line in self._log.read_text("utf-8").splitlines() if self._log.exists() else []:
            point, number, pids, of = line.split("\t")
            sent = tuple(map(int, pids.split()))
            found.append(Hit(point, signal.Signals(int(number)), sent, of))
        return found

    def pass_by(self, point: str, of: str) -> None:
        """Get the signal, if the point is armed and no other process was first."""
        armed = self._folder / "armed" / point
        if not armed.exists():
            return
        taken = self._folder / f"taken {point} {os.getpid()}"
        try:
            armed.rename(taken)
        except FileNotFoundError:
            return
        number, whole_node = map(int, taken.read_text("ascii").split())
        pids = [*(_node_of(os.getpid()) if whole_node else ()), os.getpid()]
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{point}\t{number}\t{' '.join(map(str, pids))}\t{of}\n")
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _node_of(pid: int) -> list[int]:
    """Return the worker that started a crawl, and its other crawls."""
    worker = os.getppid()
    text = Path(f"/proc/{worker}/task/{worker}/children").read_text("ascii")
    return [worker, *(child for child in map(int, text.split()) if child != pid)]


def _wrap(holder: Any, function: str, passing: Callable[[], None], *, is_after: bool) -> None:
    real = getattr(holder, function)

    def wrapped(*arguments: Any, **more: Any) -> Any:
        if not is_after:
            passing()
        found = real(*arguments, **more)
        if is_after:
            passing()
        return found

    setattr(holder, function, wrapped)


def _wrap_commits(before: Callable[[], None], after: Callable[[], None]) -> None:
    connect: Any = sqlite3.connect

    class Committing(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
            if sql != "COMMIT":
                return super().execute(sql, parameters)
            before()
            cursor = super().execute(sql, parameters)
            after()
            return cursor

    def connected(*arguments: Any, **more: Any) -> sqlite3.Connection:
        found: sqlite3.Connection = connect(*arguments, **{"factory": Committing, **more})
        return found

    sqlite3.connect = connected  # type: ignore[assignment]


def _start_children_so_too(folder: str) -> None:
    real = asyncio.create_subprocess_exec

    async def started(program: str, *words: str, **more: Any) -> Any:
        assert words[:2] == ("-m", "scrapy")
        return await real(program, "-m", _MODULE, folder, *words[2:], **more)

    asyncio.create_subprocess_exec = started  # type: ignore[assignment]


def _main(folder: str, command: str, *words: str) -> None:
    armoury = Armoury(Path(folder))
    of = words[0] if command == "crawl" else command
    passing = {one: (lambda name=one.name: armoury.pass_by(name, of)) for one in POINTS}
    for point in POINTS:
        if point.command == command and point.module:
            module = import_module(point.module)
            holder = getattr(module, point.holder) if point.holder else module
            _wrap(holder, point.function, passing[point], is_after=point.is_after)
    if command == "collect":
        before, after = (passing[one] for one in POINTS if one.function == "COMMIT")
        _wrap_commits(before, after)
    _start_children_so_too(folder)

    from scrapy.cmdline import execute  # noqa: PLC0415 - after what it imports is wrapped

    execute(["scrapy", command, *words])


if __name__ == "__main__":
    _main(*sys.argv[1:])
