"""Write transactions that queue behind each other instead of colliding."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

_PAUSE_SECONDS = 0.15
"""Longer than the longest interval (0.1 s) at which a waiting connection of SQLite tries again."""


class CommitRefusedError(sqlite3.OperationalError):
    """What had to be done before a commit failed; the message has cause and remedy in one line."""


class HookedConnection(sqlite3.Connection):
    """A connection on which ``before_commit`` is called in every transaction, before its end.

    It raises CommitRefusedError to have the transaction rolled back.
    """

    before_commit: Callable[[], None] | None = None


def let_others_write() -> None:
    """Pause between two transactions of a long task, so that a waiting writer gets its turn."""
    time.sleep(_PAUSE_SECONDS)


_JOINED = nullcontext()


def writing(connection: sqlite3.Connection) -> AbstractContextManager[None]:
    """Hold the write lock from the start, or join the transaction that is open."""
    return _JOINED if connection.in_transaction else _transaction(connection)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        if isinstance(connection, HookedConnection) and connection.before_commit:
            connection.before_commit()
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """Undo what an error interrupts, and nothing else of the transaction that is open."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO part")
        connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """See the database as of one moment, whatever others write meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()
