"""What a crawl stored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

CONTENT_TABLES = ("articles", "revisions", "sightings", "images", "attachments")


def rows(database: Path, sql: str, *values: object) -> list[dict[str, Any]]:
    """Return the rows of a query."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql, values)]


def content(database: Path) -> dict[str, list[dict[str, Any]]]:
    """Return everything in the tables of content, by table."""
    return {
        table: rows(database, f"SELECT * FROM {table} ORDER BY 1, 2") for table in CONTENT_TABLES
    }


def copy_database(source: Path, target: Path) -> None:
    """Copy a database with what its log holds, as one that a test may change."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
