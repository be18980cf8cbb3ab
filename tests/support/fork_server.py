"""A fork server: it starts modules in processes that have already imported what commands import.

Run as ``python -m tests.support.fork_server SOCKET``; it ends with its standard input.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from socket import recv_fds
from typing import NoReturn

from tests.support.project import PROJECT

_PACKAGES = ("portals", "spiders", "pipelines")
_LATER = (
    "portals.settings",  # reads the environment
    "portals.serve",  # Datasette, which the other commands never load
    "portals.actions.serve",
)
_ALSO = (
    "scrapy.core.downloader.handlers.http11",
    "scrapy.crawler",
    "scrapy.extensions.feedexport",
    "scrapy.extensions.remote_control",
    "scrapy.extensions.telnet",
    "twisted.internet.asyncioreactor",
)
_MAX_REQUEST = 1 << 20


class _Server:
    def __init__(self, path: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{path}.new")
        self._listener.listen(64)
        Path(f"{path}.new").rename(path)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(0, selectors.EVENT_READ)
        self._running: dict[int, tuple[int, socket.socket]] = {}

    def serve(self) -> list[str] | None:
        """Start processes and report their ends.

        Returns module and arguments in the process that shall run them, and None in the server
        when its standard input has ended.
        """
        while True:
            for key, _ in self._selector.select():
                if key.fd == 0:
                    return None
                if key.fd in self._running:
                    self._report(key.fd)
                elif (words := self._accept()) is not None:
                    return words

    def _accept(self) -> list[str] | None:
        connection, _ = self._listener.accept()
        request, fds, _, _ = recv_fds(connection, _MAX_REQUEST, 3)
        while not request.endswith(b"\n"):
            request += connection.recv(_MAX_REQUEST)
        pid = os.fork()
        if pid == 0:
            connection.close()
            words: list[str]
            words, environment = json.loads(request)
            self._become(environment, fds)
            return words
        for fd in fds:
            os.close(fd)
        pidfd = os.pidfd_open(pid)
        self._running[pidfd] = (pid, connection)
        self._selector.register(pidfd, selectors.EVENT_READ)
        connection.sendall(b"%d\n" % pid)
        return None

    def _report(self, pidfd: int) -> None:
        pid, connection = self._running.pop(pidfd)
        self._selector.unregister(pidfd)
        os.close(pidfd)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(BrokenPipeError):
            connection.sendall(b"%d\n" % code)
        connection.close()

    def _become(self, environment: dict[str, str], fds: list[int]) -> None:
        """Take streams and environment of the process to start, and nothing of the server."""
        self._selector.close()
        self._listener.close()
        for pidfd, (_, connection) in self._running.items():
            os.close(pidfd)
            connection.close()
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
            os.close(fd)
        # The old objects remember whether a stream can seek.
        sys.stdin = os.fdopen(0, closefd=False)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()


def _load() -> None:
    """Import what commands import; nothing that reads the environment or chooses a reactor."""
    files = [path for package in _PACKAGES for path in (PROJECT / package).rglob("*.py")]
    names = [".".join(path.relative_to(PROJECT).with_suffix("").parts) for path in files]
    for name in (*_ALSO, *sorted(names)):
        if not name.startswith(_LATER):
            import_module(name.removesuffix(".__init__"))
    assert "portals.settings" not in sys.modules
    assert "twisted.internet.reactor" not in sys.modules
    assert threading.active_count() == 1
    gc.collect()
    gc.freeze()


def _main(path: str) -> NoReturn:
    os.chdir(PROJECT)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a shell's, not that of a suite under nohup
    _load()
    words = _Server(path).serve()
    if words is not None:
        sys.argv = words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    _main(sys.argv[1])
