"""One crawl of a portal at a time: a lock on the connection through which the crawl writes.

PostgreSQL releases it with the connection. A process that was frozen or parted from the network has
either its lock or no connection any more: it cannot write what another one has taken over.
"""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from portals.cluster import schema, state
from portals.cluster.postgres import (
    Connection,
    UnreachableError,
    close,
    connect,
    errors,
    failure,
)
from portals.store.portal_lock import PortalLockedError
from portals.store.row_changes import ChangedRow

_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_HOLDER = """
    SELECT a.pid, a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended(%s, 0)
"""
_END_MILLISECONDS = 10_000
_HOLDS = """
    SELECT count(*) FROM procrastinate_jobs
    WHERE id = %s AND worker_id = %s AND status = 'doing'
"""


def try_lock(connection: Connection, name: str) -> bool:
    """Take the lock ``name`` until the connection ends; return False if another one has it."""
    return bool(connection.execute(_TRY, (name,)).fetchone()[0])


def unlock(connection: Connection, name: str) -> None:
    """Release the lock ``name``."""
    connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,))


def holder_of(connection: Connection, name: str) -> tuple[int, str] | None:
    """Return server process and application name of the connection that holds a lock, or None."""
    row = connection.execute(_HOLDER, (name,)).fetchone()
    return (int(row[0]), str(row[1])) if row else None


class Ticket(NamedTuple):
    """A job, and the worker that has it: their ids."""

    job: int
    worker: int


class ClusterPortalLock:
    """The lock of a portal, and the connection that holds it. ``url``: ``CLUSTER_URL``."""

    def __init__(self, url: str, portal: str) -> None:
        self.portal = portal
        self.connection = connect(url, f"crawl {portal}")
        self._name = f"portal {portal}"
        self._state: list[ChangedRow] = []

    def acquire(self, *, takes_over: bool = False, ticket: Ticket | None = None) -> None:
        """Take the lock and load the portal's state.

        ``takes_over``: the holder is stale; its connection is ended first, so that it can write
        nothing from then on. ``ticket``: of a job, which must still be with its worker: one that
        was frozen before it had the lock must not take it from who has the job now.
        Raises PortalLockedError, and ClusterError for another version.
        """
        try:
            schema.check_version(self.connection)
            self._check_ticket(ticket)
            self._lock(takes_over=takes_over)
            self._check_ticket(ticket)
            self._state = list(state.load(self.connection, self.portal))
        except errors() as error:
            self.release()
            raise UnreachableError(failure(error)) from None
        except BaseException:
            self.release()
            raise

    def take_state(self) -> list[ChangedRow]:
        """Return the rows of the portal, once: they were loaded before anything was begun."""
        taken, self._state = self._state, []
        return taken

    def _lock(self, *, takes_over: bool) -> None:
        if try_lock(self.connection, self._name):
            return
        holder = holder_of(self.connection, self._name)
        if takes_over and holder:
            self.connection.execute(
                "SELECT pg_terminate_backend(%s, %s)", (holder[0], _END_MILLISECONDS)
            )
        if takes_over and try_lock(self.connection, self._name):
            return
        name = holder[1] if holder else "unknown"
        raise PortalLockedError(f"another run of {self.portal} is alive ({name}); wait for its end")

    def _check_ticket(self, ticket: Ticket | None) -> None:
        if ticket and not self.connection.execute(_HOLDS, ticket).fetchone()[0]:
            raise PortalLockedError(
                f"another worker has the job of {self.portal} by now; nothing is to be done here"
            )

    def release(self) -> None:
        """Close the connection."""
        close(self.connection)

    def give_to(self, crawler: Crawler) -> None:
        """Let the components of a crawl use the connection of the lock."""
        _LOCKS[crawler] = self


_LOCKS: WeakKeyDictionary[Crawler, ClusterPortalLock] = WeakKeyDictionary()


def lock_of(crawler: Crawler) -> ClusterPortalLock:
    """Return the lock that was given to a crawl."""
    return _LOCKS[crawler]
