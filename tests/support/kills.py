"""Crawls that are killed: at a boundary, or at a page."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Sequence
from subprocess import DEVNULL, PIPE, Popen

from tests.support.announcing import MARK
from tests.support.federation import ROBOTS
from tests.support.project import PROJECT

SIGKILLED = -9


def kill_at(arguments: Sequence[str], where: str, what: str = "", count: int = 1) -> int:
    """Crawl and send SIGKILL at the ``count``-th announcement of a boundary; return the code."""
    with Popen(
        [sys.executable, "-m", "tests.support.announcing", *arguments],
        cwd=PROJECT, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True,
    ) as child:  # fmt: skip
        assert child.stdin
        assert child.stdout
        for line in child.stdout:
            if not line.startswith(MARK):
                continue
            _, said, of = line.rstrip("\n").split("\t")
            count -= said == where and re.search(what, of) is not None
            if count <= 0:
                child.kill()
                break
            child.stdin.write("\n")
            child.stdin.flush()
    return child.returncode


class Killing(list[str]):
    """The paths asked for; a process is killed when so many were."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._is_armed = threading.Event()
        self.victim: Popen[bytes] | None = None
        self.limit = 0

    def arm(self, victim: Popen[bytes], more: int) -> None:
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
    with Popen(
        [sys.executable, "-m", "scrapy", *arguments], cwd=PROJECT, stdout=PIPE, stderr=PIPE
    ) as victim:
        killing.arm(victim, after)
        victim.communicate()
        killing.disarm()
    return victim.returncode
