"""What the collector publishes from its database, since nodes have none.

The crawl state of portals that were crawled before there was a cluster, the URLs of articles, and
what was taken down.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from portals.cluster import state
from portals.cluster.postgres import Connection
from portals.store.collected import Collected
from portals.store.database import Store
from portals.store.row_changes import (
    OWN_TABLES,
    SERVER_TABLES,
    ChangedRow,
    key_of,
    portals_with_rows,
    row_of,
    rows_of,
)

_SIGHTINGS, _FORGOTTEN = "sightings", "forgotten_urls"
_NOT_READ = {"title": "", "author": None, "source": None, "content_hash": ""}
"""Columns of sightings that no crawl reads."""


def publish(store: Store, collected: Collected, connection: Connection) -> None:
    """Publish the state of portals that the cluster does not know yet, and what was taken down."""
    conn = store.db.conn
    known = state.portals(connection)
    for portal in portals_with_rows(conn):
        forgotten = list(rows_of(conn, _FORGOTTEN, portal))
        state.replace(connection, portal, _FORGOTTEN, forgotten)
        if portal in known:
            continue
        rows = [row for table in OWN_TABLES for row in rows_of(conn, table, portal)]
        with store.writing():
            for change in rows:
                if change.table == "runs" and change.row:
                    collected.add_run(portal, change.row["id"], change.row["id"])
        sightings = [_light(row) for row in rows_of(conn, _SIGHTINGS, portal)]
        with connection.transaction():
            state.save(connection, portal, [*rows, *sightings])
    if not known:
        for table in SERVER_TABLES:
            state.save(connection, state.SHARED, rows_of(conn, table, state.SHARED))


def publish_articles(
    store: Store, connection: Connection, articles: Iterable[tuple[str, str]]
) -> None:
    """Publish when articles were seen. ``articles``: portals and URLs."""
    by_portal = sorted(set(articles))
    for portal, group in groupby(by_portal, itemgetter(0)):
        keys = [key_of(_SIGHTINGS, {"url": url}) for _, url in group]
        rows = [ChangedRow(_SIGHTINGS, key, row_of(store.db.conn, _SIGHTINGS, key)) for key in keys]
        with connection.transaction():
            state.save(connection, portal, [_light(row) for row in rows if row.row])


def _light(change: ChangedRow) -> ChangedRow:
    return ChangedRow(change.table, change.key, {**(change.row or {}), **_NOT_READ})
