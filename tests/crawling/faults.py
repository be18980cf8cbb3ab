"""What goes wrong beside a crawl: dead ports, portals that never answer, processes that are ended.

Everything is real: sockets on loopback, the command in a process of its own, signals, limits.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.running import PROJECT, Done

PATIENCE = 40
"""Seconds after which a condition that a test waits for is taken never to come true."""

_RUN = "\nimport sys\nfrom scrapy.cmdline import execute\nexecute(['scrapy', *sys.argv[1:]])\n"


@contextmanager
def dead_port() -> Iterator[str]:
    """Yield an origin where nobody listens: the port is taken, so that nobody else gets it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def tarpit() -> Iterator[str]:
    """Yield an origin that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds. Raises AssertionError where it never does."""
    never = threading.Event()
    for _ in range(PATIENCE * 100):
        if condition():
            return
        never.wait(0.01)
    raise AssertionError("waited in vain")


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


def small_disk(size: int) -> str:
    """Return the code with which no file of a process grows beyond ``size`` bytes."""
    return f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"


def failing(where: str, name: str, condition: str) -> str:
    """Return the code with which the function ``name`` of ``where`` raises under ``condition``.

    ``where`` is a module, or a class of a module after a colon; ``condition`` sees ``given``, the
    arguments.
    """
    module, _, owner = where.partition(":")
    return (
        "import functools, importlib\n"
        f"owner = importlib.import_module({module!r})\n"
        f"owner = getattr(owner, {owner!r}) if {owner!r} else owner\n"
        f"whole = getattr(owner, {name!r})\n"
        "@functools.wraps(whole)\n"
        "def part(*given, **named):\n"
        f"    if {condition}:\n"
        "        raise ZeroDivisionError('thử')\n"
        "    return whole(*given, **named)\n"
        f"setattr(owner, {name!r}, part)\n"
    )


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
