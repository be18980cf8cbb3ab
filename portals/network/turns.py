"""Turns at a server: over all crawls, one request at a time, with the delay between two.

Several portals may be on one server, and their crawls are in one process or in several. A turn
lasts one request, so that no run waits for another one's end.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.utils.asyncio import call_later
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred, DeferredLock

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.02
_FILE = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW  # a lock is no link
_ENTRY = 40  # bytes: the crawl that had the last turn, and when it began
_numbers = count()


class Turn(Protocol):
    """The right to request something from a server now."""

    def release(self) -> None:
        """Let others have their turn."""


class Turns(Protocol):
    """Gives turns at servers, to this crawl and all others that know the same turns."""

    async def acquire(self, server: str, delay: float) -> Turn:
        """Wait for a turn at ``server``, ``delay`` seconds after that of another crawl began."""


class FreeTurn:
    """A turn that nobody waits for."""

    def release(self) -> None:
        """Do nothing."""


class FreeTurns:
    """Turns of crawls that share no server: Scrapy's own tools, and replayed archives."""

    async def acquire(self, server: str, delay: float) -> Turn:  # noqa: ARG002
        """Return at once."""
        return FreeTurn()


class FileTurn:
    """A turn that lasts until its file is closed, by ``release`` or the end of the process.

    ``within``: the lock of the crawl's own requests, of which the next one is then served.
    """

    def __init__(self, file: int, within: DeferredLock) -> None:
        self._file = file
        self._within = within

    def release(self) -> None:
        """Close the file."""
        os.close(self._file)
        self._within.release()


async def sleep(seconds: float) -> None:
    """Let the reactor do other things for so long."""
    waited: Deferred[None] = Deferred()
    call_later(seconds, waited.callback, None)
    await maybe_deferred_to_future(waited)


class FileTurns:
    """Turns at servers, as locks on files in ``folder`` that the operating system releases.

    Who waits for a turn holds the server's queue meanwhile: a crawl whose next request is ready
    at once would otherwise always be the first one. The requests of one crawl wait for each other
    in its memory, so that one at most polls the files. ``owner``: names the crawl; its own delay is
    kept by the downloader. ``clock``: seconds, the same in all processes, whatever is done to the
    time of day.
    """

    def __init__(
        self,
        folder: Path,
        owner: str = "",
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = sleep,
    ) -> None:
        self.folder = folder
        self._owner = owner or str(os.getpid())
        self._clock = clock
        self._pause = pause
        self._within: defaultdict[str, DeferredLock] = defaultdict(DeferredLock)
        self._has_failed = False
        self._is_made = False

    async def acquire(self, server: str, delay: float) -> Turn:
        """Wait for a turn; without one where the files cannot be written."""
        within = self._within[server]
        if within.locked:
            await maybe_deferred_to_future(within.acquire())
        else:
            within.acquire()
        try:
            return FileTurn(await self._file_of(server, delay), within)
        except OSError as error:
            within.release()
            if not self._has_failed:
                self._has_failed = True
                logger.warning("other crawls of %s are not waited for: %s", server, error)
            return FreeTurn()
        except BaseException:
            within.release()
            raise

    async def _file_of(self, server: str, delay: float) -> int:
        """Wait for the turn among all processes; return its file. Raises OSError."""
        if not self._is_made:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._is_made = True
        path = f"{self.folder}/{_file_name(server)}"
        queue = await self._locked(f"{path}.queue")
        try:
            file = await self._locked(f"{path}.turn")
        finally:
            os.close(queue)
        try:
            await self._keep_delay(file, delay)
        except BaseException:
            os.close(file)
            raise
        return file

    async def _locked(self, path: str) -> int:
        """Return a handle of ``path`` that holds its lock. Raises OSError."""
        file = os.open(path, _FILE, 0o644)
        try:
            while not _is_locked(file):
                await self._pause(_POLL_SECONDS)
        except BaseException:
            os.close(file)
            raise
        return file

    async def _keep_delay(self, file: int, delay: float) -> None:
        """Wait until the delay after another crawl's turn is over, and note our own turn."""
        owner, _, began = os.pread(file, _ENTRY, 0).decode("ascii", "replace").partition(" ")
        if began and owner != self._owner:
            passed = self._clock() - _seconds(began)
            if 0 <= passed < delay:  # less than 0: the machine was started again
                await self._pause(delay - passed)
        os.pwrite(file, f"{self._owner} {self._clock():.6f}".ljust(_ENTRY).encode(), 0)


@lru_cache
def _file_name(server: str) -> str:
    return re.sub(r"[^\w.-]", "_", server)[:150]


def _is_locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # a file that was cut
        return float("inf")


_of_crawls: WeakKeyDictionary[Crawler, Turns] = WeakKeyDictionary()


def turns_of(crawler: Crawler) -> Turns:
    """Return the turns of a crawl: those of all crawls into its database."""
    if crawler not in _of_crawls:  # one for http and https
        _of_crawls[crawler] = _new_turns(crawler.settings)
    return _of_crawls[crawler]


def use_turns(crawler: Crawler, turns: Turns) -> None:
    """Let a crawl have other turns: those of several machines."""
    _of_crawls[crawler] = turns


def _new_turns(settings: BaseSettings) -> Turns:
    if not settings.getbool("RECORD") or settings["REPLAY"]:
        return FreeTurns()
    database = Path(settings["DATABASE"]).resolve()
    folder = database.with_name(f"{database.name}.servers")
    return FileTurns(folder, f"{os.getpid()}.{next(_numbers)}")
