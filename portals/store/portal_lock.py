"""One run of a portal at a time: a lock that dies with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portals.errors import PortalError


class PortalLockedError(PortalError):
    """Another run of this portal is alive."""


@contextmanager
def waiting_lock(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; wait while another process does. Raises OSError."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


class PortalLock:
    """A lock on a portal of a database, held until ``release`` or the end of the process."""

    def __init__(self, database: str | Path, portal: str) -> None:
        path = Path(database)
        self.portal = portal
        name = re.sub(r"[^\w.-]", "_", portal)
        self.path = path.with_name(f"{path.name}.{name}.lock")
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock. Raises PortalLockedError; OSError where the file cannot be made."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(file)
            raise PortalLockedError(
                f"another run of {self.portal} is alive (process {holder}); wait for its end"
            ) from None
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the lock for a while. Raises PortalLockedError and OSError."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would let two runs hold two locks."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
