"""How long a page may take: what it works itself, and not what the machine does for others."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

BUSY_SECONDS = 5.0
"""Processor time of one page."""

WAITING_SECONDS = 30.0
"""Whole time of one page, with waiting for the disk and for others."""

_INSTRUCTIONS = 1_000  # of SQLite between two looks at the clocks


@contextmanager
def time_limit(
    conn: sqlite3.Connection, busy: float = BUSY_SECONDS, waiting: float = WAITING_SECONDS
) -> Iterator[None]:
    """Interrupt the queries of the block where it takes longer, with ``sqlite3.OperationalError``.

    A limit of whole time alone refuses quick pages on a machine that is busy with a crawl, or
    whose thread waited for a value that another one computed.
    """
    ends_busy, ends = time.thread_time() + busy, time.monotonic() + waiting

    def is_over() -> bool:
        return time.thread_time() > ends_busy or time.monotonic() > ends

    conn.set_progress_handler(is_over, _INSTRUCTIONS)
    try:
        yield
    finally:
        conn.set_progress_handler(None, 0)
