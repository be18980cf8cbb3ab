"""Rows of a query as dictionaries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any


def rows_of(cursor: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``cursor``, values by column name."""
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))
