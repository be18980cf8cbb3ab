"""The table ``crawl_state``: rows of a portal's frontier, visits and so on, for whichever node."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from portals.cluster.postgres import Connection
from portals.store.row_changes import SERVER_TABLES, ChangedRow

SHARED = ""
"""The portal of rows about servers, which all crawls load."""

_SAVE = (
    "INSERT INTO crawl_state (portal, name, key, state, row) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (portal, name, key) DO UPDATE SET state = excluded.state, row = excluded.row"
)
_DELETE = "DELETE FROM crawl_state WHERE portal = %s AND name = %s AND key = ANY(%s)"


def load(connection: Connection, portal: str) -> Iterator[ChangedRow]:
    """Yield the rows of a portal, and those about servers."""
    cursor = connection.execute(
        "SELECT name, key, row FROM crawl_state WHERE portal IN (%s, %s)", (portal, SHARED)
    )
    for name, key, row in cursor:
        yield ChangedRow(name, key, json.loads(row))


def save(connection: Connection, portal: str, changes: Iterable[ChangedRow]) -> None:
    """Store rows and delete others, in the caller's transaction."""
    saved: list[tuple[str, str, str, str | None, str]] = []
    deleted: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        owner = SHARED if change.table in SERVER_TABLES else portal
        if change.row is None:
            deleted.setdefault((owner, change.table), []).append(change.key)
        else:
            state = change.row.get("state") if change.table == "frontier" else None
            saved.append((owner, change.table, change.key, state, json.dumps(change.row)))
    if saved:
        with connection.cursor() as cursor:
            cursor.executemany(_SAVE, saved)
    for (owner, table), keys in deleted.items():
        connection.execute(_DELETE, (owner, table, keys))


def replace(connection: Connection, portal: str, table: str, rows: list[ChangedRow]) -> None:
    """Let a portal have exactly these rows of a table."""
    with connection.transaction():
        connection.execute(
            "DELETE FROM crawl_state WHERE portal = %s AND name = %s", (portal, table)
        )
        save(connection, portal, rows)


def portals(connection: Connection) -> set[str]:
    """Return the portals that have rows of runs: their state is here."""
    cursor = connection.execute("SELECT DISTINCT portal FROM crawl_state WHERE name = 'runs'")
    return {str(row[0]) for row in cursor}
