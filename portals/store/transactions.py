"""Write transactions that queue behind each other instead of colliding."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

_PAUSE_SECONDS = 0.15
"""Longer than the longest interval (0.1 s) at which a waiting connection of SQLite tries again."""


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
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """See the database as of one moment, whatever others write meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()
