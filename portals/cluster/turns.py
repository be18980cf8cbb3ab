"""Turns at servers for the crawls of all nodes: locks of PostgreSQL, held for one request each."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable

from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import DeferredLock

from portals.cluster.portal_lock import try_lock, unlock
from portals.cluster.postgres import Connection, UnreachableError, errors, failure
from portals.network.turns import Turn, sleep

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
_LAST = """
    SELECT holder, extract(epoch FROM clock_timestamp() - began) FROM turns WHERE server = %s
"""
_NOTE = """
    INSERT INTO turns VALUES (%s, %s, clock_timestamp())
    ON CONFLICT (server) DO UPDATE SET holder = excluded.holder, began = excluded.began
"""


class PostgresTurn:
    """A turn that lasts until ``release`` or the end of the connection.

    ``within``: the lock of the crawl's own requests, of which the next one is then served.
    """

    def __init__(self, connection: Connection, name: str, within: DeferredLock) -> None:
        self._connection = connection
        self._name = name
        self._within = within

    def release(self) -> None:
        """Release the lock; with a lost connection it is released already."""
        try:
            unlock(self._connection, self._name)
        except errors() as error:
            logger.debug("the turn ended with the connection: %s", error)
        self._within.release()


class PostgresTurns:
    """Turns at servers, on the connection of the crawl. ``node``: the name of this process.

    Who waits holds the server's queue meanwhile, as with ``FileTurns``. Without the connection
    there is no turn: another crawl may have the server already, and this one's result could not be
    committed.
    """

    def __init__(
        self,
        connection: Connection,
        node: str,
        pause: Callable[[float], Awaitable[None]] = sleep,
    ) -> None:
        self._connection = connection
        self._node = node
        self._pause = pause
        self._within: defaultdict[str, DeferredLock] = defaultdict(DeferredLock)

    async def acquire(self, server: str, delay: float) -> Turn:
        """Wait for a turn at ``server``, ``delay`` seconds after that of another process began.

        Raises UnreachableError where the connection is lost.
        """
        within = self._within[server]  # one connection has a lock as often as it wants
        await maybe_deferred_to_future(within.acquire())
        try:
            return await self._turn(server, delay, within)
        except errors() as error:
            within.release()
            raise UnreachableError(failure(error)) from error
        except BaseException:
            within.release()
            raise

    async def _turn(self, server: str, delay: float, within: DeferredLock) -> Turn:
        queue, turn = f"queue {server}", f"turn {server}"
        await self._lock(queue)
        try:
            await self._lock(turn)
        finally:
            unlock(self._connection, queue)
        try:
            await self._keep_delay(server, delay)
        except BaseException:
            unlock(self._connection, turn)
            raise
        return PostgresTurn(self._connection, turn, within)

    async def _lock(self, name: str) -> None:
        while not try_lock(self._connection, name):
            await self._pause(_POLL_SECONDS)

    async def _keep_delay(self, server: str, delay: float) -> None:
        """Wait until the delay after another process's turn is over, and note our own turn."""
        row = self._connection.execute(_LAST, (server,)).fetchone()
        if row and row[0] != self._node and 0 <= float(row[1]) < delay:
            await self._pause(delay - float(row[1]))
        self._connection.execute(_NOTE, (server, self._node))
