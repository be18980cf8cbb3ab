"""Modules that run in processes of their own, as ``python -m`` runs them.

Most of a short command's time is the import of Scrapy and of the project: three seconds of four in
a crawl of six pages. So a fork server imports them once; each process still has its own
environment, streams, signals and exit code. The nightly tests (``FULL=1``) start every process as
an operator does, with a new interpreter.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from socket import send_fds
from tempfile import TemporaryFile, mkdtemp
from typing import IO, NamedTuple

from tests.support.project import PROJECT

_CAN_FORK = hasattr(os, "pidfd_open") and not os.environ.get("FULL")
_PYTHON = (sys.executable, "-W", "error::DeprecationWarning:portals", "-m")

_NONE: Mapping[str, str] = {}

PATIENCE = 600
"""Seconds after which a condition that a test waits for is taken never to come true.

It only ends a broken test: a machine that is merely busy never gets there.
"""


class Done(NamedTuple):
    """How a process ended: its exit code, negative after a signal, and what it wrote."""

    code: int
    out: str
    err: str


class ForkedProcess:
    """A process of the fork server; the part of ``subprocess.Popen`` that the tests need."""

    def __init__(self, connection: socket.socket) -> None:
        self._answers = connection.makefile("r", encoding="ascii")
        self._connection = connection
        self.pid = int(self._answers.readline())
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, negative after a signal. Raises TimeoutError."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            self.returncode = int(self._answers.readline())
            self._answers.close()
            self._connection.close()
        return self.returncode

    def kill(self) -> None:
        """Send SIGKILL if the process has not ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


Process = subprocess.Popen[bytes] | ForkedProcess


def start(
    module: str, arguments: Iterable[str | Path], stdin: IO[bytes] | None, out: IO[bytes],
    err: IO[bytes], environment: Mapping[str, str] = _NONE,
) -> Process:  # fmt: skip
    """Start ``python -m module`` with ``arguments`` in the project's folder.

    ``stdin``: None for an empty one. ``environment``: variables besides those of the tests.
    """
    variables = {**os.environ, **environment}
    words = [module, *map(str, arguments)]
    with Path(os.devnull).open("rb") as nothing:
        streams = (stdin or nothing, out, err)
        if not _CAN_FORK:
            return _started(words, variables, *streams)
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(_fork_server())
        request = json.dumps([words, variables]).encode() + b"\n"
        send_fds(connection, [request], [stream.fileno() for stream in streams])
    return ForkedProcess(connection)


def run(
    module: str, *arguments: str | Path, environment: Mapping[str, str] = _NONE, fresh: bool = False
) -> Done:
    """Run ``python -m module`` with ``arguments`` in the project's folder, see ``start``.

    ``fresh``: in a new interpreter, which has imported nothing.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        if fresh:
            words = [module, *map(str, arguments)]
            process: Process = _started(words, {**os.environ, **environment}, None, out, err)
        else:
            process = start(module, arguments, None, out, err, environment)
        code = process.wait()
        return Done(code, _text(out), _text(err))


def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds. Raises AssertionError where it never does."""
    never = threading.Event()
    for _ in range(PATIENCE * 100):
        if condition():
            return
        never.wait(0.01)
    raise AssertionError("waited in vain")


def _started(
    words: list[str], environment: dict[str, str], *streams: IO[bytes] | None
) -> subprocess.Popen[bytes]:
    stdin, stdout, stderr = streams
    return subprocess.Popen(
        [*_PYTHON, *words],
        cwd=PROJECT, env=environment, stdin=stdin, stdout=stdout, stderr=stderr,
    )  # fmt: skip


@cache
def _fork_server() -> str:
    """Start the fork server of this process of tests; return the path of its socket."""
    folder = Path(mkdtemp(prefix="forks"))
    path = folder / "socket"
    server = subprocess.Popen(
        [*_PYTHON, "tests.support.fork_server", path], cwd=PROJECT, stdin=subprocess.PIPE
    )
    until(lambda: path.exists() or server.poll() is not None)

    def end() -> None:
        assert server.stdin
        server.stdin.close()
        server.wait()
        shutil.rmtree(folder)

    atexit.register(end)
    return str(path)


def _text(stream: IO[bytes]) -> str:
    """Return what was written, with the line ends of Unix, as ``subprocess`` gives text."""
    stream.seek(0)
    return stream.read().decode().replace("\r\n", "\n").replace("\r", "\n")
