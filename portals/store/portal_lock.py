"""One run of a portal at a time: a lock that the operating system releases with the process."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portals.errors import PortalError

_LOCK_FILE = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW  # a lock is no link


class PortalLockedError(PortalError):
    """Another run of this portal is in progress."""


@contextmanager
def waiting_lock(path: Path) -> Iterator[None]:
    """Hold a lock on the file ``path``; wait while another process has it. Raises OSError."""
    file = os.open(path, _LOCK_FILE, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


class PortalLock:
    """A lock on a portal of a database, held until ``release`` or the end of the process."""

    def __init__(self, database: str | Path, portal: str) -> None:
        path = Path(database).resolve()  # through a symbolic link it is the same database
        self.portal = portal
        name = re.sub(r"[^\w.-]", "_", portal)
        self.path = path.with_name(f"{path.name}.{name}.lock")
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock. Raises PortalLockedError; OSError if the file cannot be created."""
        file = os.open(self.path, _LOCK_FILE, 0o644)
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
        """Hold the lock during a ``with`` block. Raises PortalLockedError and OSError."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Release the lock. The file stays: if it were deleted, two runs could hold two locks."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
