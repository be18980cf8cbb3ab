"""Running the project's commands as an operator does, in a process of their own."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
SAMPLE = PROJECT / "data" / "sample.warc.gz"
SPIDERS = ("brvt", "haiphong", "kiengiang", "ldtd", "tienlang")
QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "RETRY_ENABLED=0")
CONTENT_TABLES = ("articles", "revisions", "sightings", "images", "attachments")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def scrapy(*arguments: str | Path) -> Done:
    """Run ``scrapy`` with ``arguments`` in the project's folder."""
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error::DeprecationWarning:portals",
            "-m",
            "scrapy",
            *map(str, arguments),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


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
