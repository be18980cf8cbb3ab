"""Times that cannot be true: those that a clock ahead of the true one has stored.

A text dated 2039 would be newer than every later one. A page that is fetched now proves that what
is stored was seen before it, so that is the latest time it can have.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from portals.store.article_decision import Row, Stored
from portals.timestamps import CLOCK_TOLERANCE, utc

_SEEN = ("first_seen_at", "last_seen_at")
_CHECKED = (
    ("revisions", "seen_at"),
    ("sightings", "last_seen_at"),
    ("page_visits", "fetched_at"),
)
"""Tables and columns whose times order texts and visits; a crawl corrects them."""


def true_until(now: str) -> str:
    """Return the latest time that can be true at ``now``; both as stored (UTC, ISO 8601)."""
    return utc(datetime.fromisoformat(now) + CLOCK_TOLERANCE)


def without_future(stored: Stored, now: str) -> Stored:
    """Return the stored rows with times that cannot be true moved to the second before ``now``.

    ``now``: when the page was fetched that is compared with them, as stored.
    """
    latest = true_until(now)
    bound = utc(datetime.fromisoformat(now) - timedelta(seconds=1))
    revisions = [
        replace(one, seen_at=bound) if one.seen_at > latest else one for one in stored.revisions
    ]
    return replace(
        stored,
        sighting=_bounded(stored.sighting, latest, bound),
        article=_bounded(stored.article, latest, bound),
        revisions=sorted(revisions, key=lambda one: (one.seen_at, one.id)),
    )


def _bounded(row: Row | None, latest: str, bound: str) -> Row | None:
    if row is None or not any(row[name] > latest for name in _SEEN):
        return row
    return {**row, **{name: bound for name in _SEEN if row[name] > latest}}


def correct(connection: sqlite3.Connection, before: Stored, after: Stored) -> None:
    """Write the times that ``without_future`` has moved, inside the caller's transaction."""
    moved = {one.id: one.seen_at for one in after.revisions}
    for one in before.revisions:
        if moved[one.id] != one.seen_at:
            connection.execute(
                "UPDATE OR REPLACE revisions SET seen_at = ? WHERE id = ?", (moved[one.id], one.id)
            )
    for table, old, new in (
        ("articles", before.article, after.article),
        ("sightings", before.sighting, after.sighting),
    ):
        if old is not new and new is not None:
            key = "id" if table == "articles" else "url"
            connection.execute(
                f"UPDATE {table} SET first_seen_at = ?, last_seen_at = ? WHERE {key} = ?",  # noqa: S608
                (*(new[name] for name in _SEEN), new[key]),
            )


def future_times(connection: sqlite3.Connection, now: datetime) -> Iterator[str]:
    """Yield a message for each table that has times later than ``now``. Raises sqlite3.Error."""
    latest = true_until(utc(now))
    for table, column in _CHECKED:
        sql = f"SELECT count(*), max({column}) FROM {table} WHERE {column} > ?"  # noqa: S608
        count, last = connection.execute(sql, (latest,)).fetchone()
        if count:
            yield f"{table}: {count} rows have a {column} in the future, the last one {last}"
