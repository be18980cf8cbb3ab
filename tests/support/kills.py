"""Crawls that are killed: at a boundary, or at a page."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.support.announcing import MARK
from tests.support.federation import ROBOTS
from tests.support.processes import Process, start

SIGKILLED = -9


def kill_at(arguments: Sequence[str], where: str, what: str = "", count: int = 1) -> int:
    """Crawl and send SIGKILL at the ``count``-th announcement of a boundary; return the code."""
    (its_stdin, answers), (said, its_stdout) = os.pipe(), os.pipe()
    with (
        os.fdopen(its_stdin, "rb") as stdin, os.fdopen(its_stdout, "wb") as stdout,
        Path(os.devnull).open("wb") as stderr,
    ):  # fmt: skip
        child = start("tests.support.announcing", arguments, stdin, stdout, stderr)
    with (
        os.fdopen(answers, "w", encoding="ascii") as out,
        os.fdopen(said, encoding="utf-8") as lines,
    ):
        for line in lines:
            if not line.startswith(MARK):
                continue
            _, place, of = line.rstrip("\n").split("\t")
            count -= place == where and re.search(what, of) is not None
            if count <= 0:
                child.kill()
                break
            out.write("\n")
            out.flush()
        return child.wait()


class Killing(list[str]):
    """The paths asked for; a process is killed when so many were."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._is_armed = threading.Event()
        self.victim: Process | None = None
        self.limit = 0

    def arm(self, victim: Process, more: int) -> None:
        """Kill ``victim`` when it has asked for ``more`` pages."""
        self.victim, self.limit = victim, more
        self._is_armed.set()

    def disarm(self) -> None:
        """Kill nobody."""
        self.victim = None
        self._is_armed.clear()

    def append(self, path: str) -> None:
        """Note a path."""
        with self._lock:
            super().append(path)
            if not self._is_armed.is_set() or path == ROBOTS or self.victim is None:
                return
            self.limit -= 1
            if self.limit <= 0:
                self.victim.kill()


def kill_crawl(killing: Killing, arguments: Sequence[str], after: int) -> int:
    """Run a crawl that is killed when it asks for the ``after``-th page; return its code."""
    with Path(os.devnull).open("wb") as nothing:
        victim = start("scrapy", arguments, None, nothing, nothing)
    killing.arm(victim, after)
    code = victim.wait()
    killing.disarm()
    return code
