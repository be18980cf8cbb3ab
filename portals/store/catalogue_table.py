"""The table ``portals``: a copy of the catalogue for users of the database alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from portals.catalogue import Portal
from portals.store.transactions import writing

_COLUMNS = (
    "name", "title", "kind", "province_then", "province_now", "home_url", "cms", "state", "since",
    "successor", "evidence", "hosts", "tls_exception", "robots_exception",
    "server", "listings", "feeds", "examples", "proxy", "tls_level", "browser",
)  # fmt: skip


def save_catalogue(connection: sqlite3.Connection, catalogue: Iterable[Portal]) -> None:
    """Make the table equal to the catalogue; write nothing if it is already."""
    wanted = {tuple(getattr(row, name) or None for name in _COLUMNS) for row in catalogue}
    names = ", ".join(_COLUMNS)
    stored = set(connection.execute(f"SELECT {names} FROM portals"))  # noqa: S608 - our names
    if stored == wanted:
        return
    marks = ", ".join("?" * len(_COLUMNS))
    with writing(connection):
        connection.execute("DELETE FROM portals")
        connection.executemany(
            f"INSERT INTO portals ({names}) VALUES ({marks})",  # noqa: S608 - our names
            sorted(wanted, key=str),
        )


def portal_titles(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the full names of the portals of the catalogue."""
    return dict(connection.execute("SELECT name, title FROM portals").fetchall())
