"""The status of the portals: the last run, the newest article, and when the next one is due."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from portals.article import READER_VERSION
from portals.errors import StorageError
from portals.store.future_times import true_until
from portals.store.sqlite import Database
from portals.timestamps import utc, utc_now

RUNNING = "running?"
"""Verdict of a run without an end: it is in progress, or its process was killed."""

RHYTHM_ARTICLES = 60
"""Articles from which the publishing rate is computed; with fewer than FEWEST there is none."""
FEWEST = 5
PATIENCE = 3
"""Usual gaps that may pass before a portal is overdue."""

# An older run without an end was killed; later runs are more informative.
_LAST_RUNS = """
    SELECT portal, verdict, started_at, rejects, reason FROM runs
    WHERE id IN (
        SELECT max(id) FROM runs
        WHERE arguments ->> 'command' IS NULL AND verdict IS NOT 'locked' GROUP BY portal
    )
"""

_SIGHTINGS = """
    SELECT portal, count(*) AS articles, max(published_at) AS newest
    FROM sightings GROUP BY portal
"""

# Several URLs of one article count as one publication.
_LAST_DATES = """
    SELECT max(published_at) AS at FROM sightings
    WHERE portal = ? AND published_at IS NOT NULL
    GROUP BY article_id ORDER BY at DESC LIMIT ?
"""

# A run that found the portal locked did not attempt anything. One that a clock ahead has dated
# would be the last attempt for years.
_ATTEMPTS = """
    SELECT portal, max(started_at) AS at, verdict FROM runs
    WHERE arguments ->> 'command' IS NULL AND verdict IS NOT 'locked' AND started_at <= :latest
    GROUP BY portal
"""


_CRASHES = """
    SELECT portal FROM runs
    WHERE (verdict IS NULL OR verdict = 'crashed') AND id IN (
        SELECT max(id) FROM runs
        WHERE arguments ->> 'command' IS NULL AND verdict IS NOT 'locked' GROUP BY portal
    )
"""

_SUCCESSES = """
    SELECT portal, max(finished_at) AS at FROM runs
    WHERE verdict = 'ok' AND finished_at IS NOT NULL AND arguments ->> 'command' IS NULL
        AND arguments ->> 'REPLAY' IS NULL AND arguments ->> 'via' IS NULL
        AND arguments ->> 'origin' IS NULL AND finished_at <= :latest
    GROUP BY portal
"""

_OLD_READER = "SELECT count(*) FROM articles WHERE portal = ? AND reader_version < ?"


@dataclass(frozen=True, slots=True)
class PortalStatus:
    """The status of one portal; times as stored, None if unknown.

    ``expected``: when the next article is due. ``old_reader``: articles extracted by an older
    version of the reader, which a re-extraction would update.
    """

    portal: str
    verdict: str | None
    last_run: str | None
    newest: str | None
    expected: str | None
    overdue: bool
    articles: int
    rejects: int | None
    old_reader: int
    reason: str | None


def portal_statuses(db: Database, names: Iterable[str], now: datetime) -> list[PortalStatus]:
    """Return the status of ``names`` and of every portal with runs. Raises StorageError."""
    try:
        runs = {row["portal"]: row for row in db.query(_LAST_RUNS)}
        sightings = {row["portal"]: row for row in db.query(_SIGHTINGS)}
        return [
            _status(db, name, runs.get(name, {}), sightings.get(name, {}), now)
            for name in sorted({*names, *runs})
        ]
    except sqlite3.Error as error:
        raise StorageError(f"cannot read the runs of the portals: {error}; crawl first") from error


def not_attempted(
    db: Database, names: Sequence[str], age: timedelta, now: datetime
) -> dict[str, str | None]:
    """Return those of ``names`` without a crawl within ``age``, with the time of their last one.

    Raises StorageError.
    """
    attempts = last_attempts(db)
    last = {name: at for name in names for _, at in [attempts.get(name, (None, None))]}
    return {
        name: at
        for name, at in last.items()
        if at is None or datetime.fromisoformat(at) < now - age
    }


def last_attempts(db: Database) -> dict[str, tuple[str | None, str | None]]:
    """Return verdict and start of the last crawl of every portal. Raises StorageError."""
    try:
        rows = list(db.query(_ATTEMPTS, _latest()))
    except sqlite3.Error as error:
        raise StorageError(f"cannot read the runs of the portals: {error}; crawl first") from error
    return {row["portal"]: (row["verdict"], row["at"]) for row in rows}


def last_crashes(db: Database) -> set[str]:
    """Return the portals whose last crawl crashed, or has no end. Raises StorageError."""
    try:
        return {row["portal"] for row in db.query(_CRASHES)}
    except sqlite3.Error as error:
        raise StorageError(f"cannot read the runs of the portals: {error}; crawl first") from error


def last_successes(db: Database) -> dict[str, datetime]:
    """Return when the last ``ok`` crawl of each portal itself ended. Raises StorageError."""
    try:
        rows = db.query(_SUCCESSES, _latest())
        return {row["portal"]: datetime.fromisoformat(row["at"]) for row in rows}
    except sqlite3.Error as error:
        raise StorageError(f"cannot read the runs of the portals: {error}; crawl first") from error


def _latest() -> dict[str, str]:
    return {"latest": true_until(utc(utc_now()))}


def due(published: Sequence[str]) -> datetime | None:
    """Return when the next article is due after ``published`` (ISO 8601, any order)."""
    if len(published) < FEWEST:
        return None
    moments = [datetime.fromisoformat(at) for at in published]
    # Days, not times: a portal with ten articles a day may publish nothing on Sundays.
    gap = _usual_gap({moment.date() for moment in moments})
    return max(moments) + max(PATIENCE * gap, timedelta(days=1))


def _usual_gap(days: set[date]) -> timedelta:
    gaps = [later - earlier for earlier, later in pairwise(sorted(days))]
    return timedelta(days=median(gap.days for gap in gaps)) if gaps else timedelta()


def _status(
    db: Database, name: str, run: dict[str, Any], seen: dict[str, Any], now: datetime
) -> PortalStatus:
    old_reader = db.conn.execute(_OLD_READER, (name, READER_VERSION)).fetchone()[0]
    dates = [row["at"] for row in db.query(_LAST_DATES, [name, RHYTHM_ARTICLES])]
    expected = due(dates)
    return PortalStatus(
        portal=name,
        verdict=(run["verdict"] or RUNNING) if run else None,
        last_run=run.get("started_at"),
        newest=seen.get("newest"),
        expected=expected.isoformat(timespec="seconds") if expected else None,
        overdue=expected is not None and expected < now,
        articles=seen.get("articles", 0),
        rejects=run.get("rejects"),
        old_reader=old_reader,
        reason=run.get("reason"),
    )
