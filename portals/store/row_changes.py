"""Copies of the rows of a portal: loaded into a store in memory, and what a crawl changes of them.

A row is plain data for JSON. Its key is the JSON list of the values of its primary key.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]

OWN_TABLES: Mapping[str, tuple[str, ...]] = {
    "frontier": ("id",),
    "exploration_log": ("id",),
    "runs": ("id",),
    "page_visits": ("portal", "key"),
    "listings": ("portal", "listing"),
    "listing_pages": ("portal", "listing", "number"),
    "url_patterns": ("portal", "pattern"),
    "learned_themes": ("portal",),
    "skipped_urls": ("portal", "rule"),
}
"""Tables whose rows belong to one portal and are changed by its crawls, with their keys."""

QUEUE_TABLES = frozenset(["frontier", "exploration_log"])
"""Those of them that only a crawl needs, until its end."""

SERVER_TABLES: Mapping[str, tuple[str, ...]] = {
    "robots": ("host",),
    "holds": ("server", "url"),
    "server_clocks": ("server",),
    "public_names": ("name",),
}
"""Tables about servers, which several portals may be on."""

READ_TABLES: Mapping[str, tuple[str, ...]] = {
    "sightings": ("url",),
    "forgotten_urls": ("portal", "host", "key"),
}
"""Tables that a crawl reads and never changes."""

KEYS: Mapping[str, tuple[str, ...]] = {**OWN_TABLES, **SERVER_TABLES, **READ_TABLES}
_WATCHED = {**OWN_TABLES, **SERVER_TABLES}
_BYTES = "base64"


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row after a change; ``row`` is None where it was deleted."""

    table: str
    key: str
    row: Row | None


class RowChanges:
    """Which rows of the watched tables changed on one connection since the last ``take``.

    The record of changes is part of the transaction: what is rolled back has not changed.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(
            "CREATE TEMP TABLE changed_rows (name TEXT, key TEXT, PRIMARY KEY (name, key))"
        )
        for table, columns in _WATCHED.items():
            for event, version in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
                values = ", ".join(f"{version}.{column}" for column in columns)
                connection.execute(
                    f"CREATE TEMP TRIGGER {table}_{event} AFTER {event} ON main.{table} BEGIN"  # noqa: S608
                    f" INSERT OR IGNORE INTO changed_rows VALUES ('{table}', json_array({values}));"
                    " END"
                )

    def take(self) -> list[ChangedRow]:
        """Return the changed rows, and begin anew."""
        execute = self._connection.execute
        changed = execute("SELECT name, key FROM changed_rows ORDER BY name, key").fetchall()
        if changed:
            execute("DELETE FROM changed_rows")
        return [ChangedRow(name, key, row_of(self._connection, name, key)) for name, key in changed]


def row_of(connection: sqlite3.Connection, table: str, key: str) -> Row | None:
    """Return a row by its key, or None."""
    where = " AND ".join(f"{column} = ?" for column in KEYS[table])
    sql = f"SELECT * FROM {table} WHERE {where}"  # noqa: S608 - our own names
    return next(_rows(connection, sql, json.loads(key)), None)


def rows_of(connection: sqlite3.Connection, table: str, portal: str) -> Iterator[ChangedRow]:
    """Yield the rows of a portal; those of all for ``SERVER_TABLES``."""
    where, values = ("", ()) if table in SERVER_TABLES else (" WHERE portal = ?", (portal,))
    sql = f"SELECT * FROM {table}{where}"  # noqa: S608 - our own names
    for row in _rows(connection, sql, values):
        yield ChangedRow(table, key_of(table, row), row)


def portals_with_rows(connection: sqlite3.Connection) -> list[str]:
    """Return the portals that have any row in the tables that crawls read and change."""
    tables = [*OWN_TABLES, *READ_TABLES]
    sql = " UNION ".join(f"SELECT portal FROM {table}" for table in tables)  # noqa: S608
    return sorted(row[0] for row in connection.execute(sql))


def key_of(table: str, row: Row) -> str:
    """Return the key of a row, as SQLite's ``json_array`` writes it."""
    values = [row[column] for column in KEYS[table]]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def put(connection: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    """Insert rows, or update those with the same key; in the caller's transaction if any."""
    for row in rows:
        columns = [column for column in row if column.isidentifier()]
        others = [column for column in columns if column not in KEYS[table]]
        changes = ", ".join(f"{column} = excluded.{column}" for column in others)
        marks = ", ".join("?" for _ in columns)
        connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
            f" ON CONFLICT ({', '.join(KEYS[table])}) DO"
            f" {f'UPDATE SET {changes}' if changes else 'NOTHING'}",
            [_from_json(row[column]) for column in columns],
        )


def delete(connection: sqlite3.Connection, table: str, key: str) -> None:
    """Delete a row by its key, in the caller's transaction if any."""
    where = " AND ".join(f"{column} = ?" for column in KEYS[table])
    connection.execute(f"DELETE FROM {table} WHERE {where}", json.loads(key))  # noqa: S608


def _rows(connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> Iterator[Row]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        yield {name: _for_json(value) for name, value in zip(names, row, strict=True)}


def _for_json(value: object) -> object:
    return {_BYTES: base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _from_json(value: Any) -> object:
    return base64.b64decode(value[_BYTES]) if isinstance(value, dict) else value
