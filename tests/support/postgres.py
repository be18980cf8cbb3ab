"""A PostgreSQL server of the tests' own: a temporary folder, a socket in it, no network port."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

_TUNING = (
    "listen_addresses=", "fsync=off", "max_connections=60", "shared_buffers=16MB",
    "log_min_messages=warning",
)  # fmt: skip
_FOLDERS = ("/usr/local/bin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin")


def missing() -> str:
    """Return why no server can be started here; empty if one can."""
    if not all(importlib.util.find_spec(name) for name in ("psycopg", "procrastinate")):
        return "the extra 'cluster' is not installed"
    if not (_program("initdb") and _program("pg_ctl")):
        return "PostgreSQL is not installed (initdb)"
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "PostgreSQL does not run as root, and there is no setpriv"
    return ""


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(_FOLDERS))


class PostgresServer:
    """A server that is started, stopped and started again. ``url``: for ``CLUSTER_URL``."""

    def __init__(self) -> None:
        # Short: the path of a socket has at most 107 bytes. Outside of the tests' folder, which
        # only root may enter.
        self.folder = Path(mkdtemp(prefix="pg"))
        self._user: tuple[str, ...] = ()
        if os.geteuid() == 0:
            self._user = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
            os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, -1)
        self.data = self.folder / "data"
        self.url = f"postgresql://crawler:s3cret@/postgres?host={self.folder}"
        self._run("initdb", "-D", self.data, "-U", "crawler", "-A", "trust", "-N", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = " ".join([f"-k {self.folder}", *(f"-c {pair}" for pair in _TUNING)])
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, "-l", log, "-o", options, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; ``immediate`` is a crash."""
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def close(self) -> None:
        """Stop the server and remove its files."""
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def _run(self, name: str, *arguments: str | Path) -> None:
        command: Sequence[str | Path] = [*self._user, str(_program(name)), *arguments]
        subprocess.run(
            command, check=True, cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
