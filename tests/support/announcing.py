"""A crawl that announces its boundaries: it says on its output where it is, and waits for a line.

Run as ``python -m tests.support.announcing crawl …``. The statements that pass through the database
connection are the boundaries; nothing else of the crawl is touched.
"""

from __future__ import annotations

import functools
import os
import sqlite3
import sys
from typing import Any

from scrapy.cmdline import execute

from portals.urls import url_key

MARK = "@boundary"


def announce(where: str, what: str) -> None:
    """Say where the crawl is and wait until it may go on."""
    os.write(1, f"{MARK}\t{where}\t{what}\n".encode())
    if not sys.stdin.readline():
        os._exit(1)


class Announcing(sqlite3.Connection):
    """A connection that announces what it is about to do, and has done."""

    _beginning = ""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._finishing: list[str] = []

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Execute the statement, between its announcements."""
        if sql == "COMMIT":
            return self._commit(sql)
        cursor = super().execute(sql, parameters)
        words = sql.split()
        if sql.startswith("UPDATE frontier SET state = ?, attempts"):
            row = super().execute("SELECT url FROM frontier WHERE id = ?", (parameters[1],))
            self._finishing.append(url_key(row.fetchone()[0]))
            announce("in the transaction", self._finishing[-1])
        elif sql.startswith("UPDATE frontier SET state = 'leased'"):
            self._beginning = "leasing"
            announce("while leasing", "")
        elif sql.startswith("INSERT INTO runs"):
            self._beginning = "the run began"
        elif sql.startswith("DELETE FROM frontier"):
            self._beginning = "clearing"
        elif words[0] in ("CREATE", "ALTER"):
            announce("in a migration", " ".join(words[:5]))
        return cursor

    def _commit(self, sql: str) -> sqlite3.Cursor:
        finished, self._finishing = self._finishing, []
        begun, self._beginning = self._beginning, ""
        for page in finished:
            announce("before the commit", page)
        cursor = super().execute(sql)
        for page in finished:
            announce("after the commit", page)
        if begun:
            announce(f"after {begun}", "")
        return cursor


if __name__ == "__main__":
    sqlite3.connect = functools.partial(sqlite3.connect, factory=Announcing)  # type: ignore[assignment]
    execute(["scrapy", *sys.argv[1:]])
