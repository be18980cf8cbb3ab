"""A portal's crawl state in memory, written to PostgreSQL before each of its commits.

So a crawl on a node runs the same code on the same tables as on one machine. What it reads is in
memory; what it writes is in PostgreSQL first, by the one connection that holds the portal's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from portals.cluster import outbox, state
from portals.cluster.outbox import Entry
from portals.cluster.postgres import Connection, errors, failure
from portals.store.database import Store
from portals.store.row_changes import QUEUE_TABLES, ChangedRow, RowChanges, put
from portals.store.transactions import CommitRefusedError, HookedConnection

_LOOK_EVERY = 50  # transactions between two looks at the size of the outbox


class Mirror:
    """The store of one crawl on a node. ``entry``: what the open transaction adds to the outbox.

    ``rows``: the portal's state, as it is in PostgreSQL.
    """

    def __init__(self, connection: Connection, portal: str, rows: Iterable[ChangedRow]) -> None:
        self.connection = connection
        self.portal = portal
        self.store = Store.in_memory()
        self.entry: Entry | None = None
        self._writes = 0
        self.new_entry: Callable[[], Entry] = lambda: Entry(0)
        memory = self.store.db.conn
        for loaded in rows:
            assert loaded.row is not None
            put(memory, loaded.table, [loaded.row])
        self._changes = RowChanges(memory)
        assert isinstance(memory, HookedConnection)
        memory.before_commit = self._write

    def open_entry(self) -> Entry:
        """Return the entry of the open transaction."""
        self.entry = self.entry or self.new_entry()
        return self.entry

    def _write(self) -> None:
        """Write what changed, and the entry, in one transaction. Raises CommitRefusedError."""
        changes = self._changes.take()
        sent = [change for change in changes if change.table not in QUEUE_TABLES]
        entry = self.open_entry() if sent else self.entry
        self._writes += 1
        if not changes and entry is None:
            return
        try:
            if self._writes % _LOOK_EVERY == 0:
                self._check_room()
            with self.connection.transaction():
                state.save(self.connection, self.portal, changes)
                if entry is not None:
                    entry.rows = sent
                    outbox.insert(self.connection, self.portal, entry)
        except errors() as error:
            raise CommitRefusedError(failure(error)) from error
        self.entry = None

    def _check_room(self) -> None:
        """Raise CommitRefusedError where the collector is far behind."""
        if reason := outbox.why_full(outbox.backlog(self.connection)):
            raise CommitRefusedError(reason)
