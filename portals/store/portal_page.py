"""What is stored of portals: how many articles and of when, their fields, and their last runs."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portals.article import field_names
from portals.store.gaps import Gap, find_gaps
from portals.store.rows import rows_of
from portals.store.status import RHYTHM_ARTICLES, RUNNING, due

COVERED = field_names("counted")
"""Fields whose coverage is shown."""

SAMPLE = 500
"""Newest articles of a portal of which the coverage is computed."""

_MOST_MONTHS = 240  # shown

_COUNTS = "SELECT portal, count(*) FROM articles GROUP BY portal"
_CATALOGUE = "SELECT * FROM portals ORDER BY name"
_NEWEST = """
    SELECT published_at FROM articles WHERE portal = ? AND published_at IS NOT NULL
    ORDER BY published_at DESC LIMIT ?
"""
_DAYS = """
    SELECT substr(published_at, 1, 10) AS day, count(*) FROM articles
    WHERE portal = ? AND published_at IS NOT NULL GROUP BY day
"""
_RUNS = """
    SELECT id, portal, started_at, finished_at, verdict, reason, requests, articles_new,
        articles_changed, rejects, errors, arguments
    FROM runs WHERE portal = ? AND verdict IS NOT 'locked' ORDER BY id DESC LIMIT ?
"""
_CRAWLED = "SELECT DISTINCT portal FROM runs ORDER BY portal"
_RUN = """
    SELECT portal, started_at, finished_at, verdict, reason, requests, articles_new,
        articles_changed, rejects, errors FROM runs
    WHERE portal = ? AND arguments ->> 'command' IS NULL AND verdict IS NOT 'locked'
    ORDER BY id DESC LIMIT 1
"""
_RUNS_SINCE = """
    SELECT count(*) AS runs, coalesce(sum(articles_new), 0) AS articles_new,
        coalesce(sum(articles_changed), 0) AS articles_changed,
        coalesce(sum(rejects), 0) AS rejects, coalesce(sum(requests), 0) AS requests
    FROM runs WHERE started_at >= :since AND arguments ->> 'command' IS NULL AND id > coalesce(
        (SELECT id FROM runs WHERE started_at < :since ORDER BY id DESC LIMIT 1 OFFSET 100), 0
    )
"""  # later runs have later ids, but for some that a wrong clock dated
_BACKLOG = "SELECT portal, count(*) FROM frontier WHERE state = 'pending' GROUP BY portal"
_UNCOMPARED = "SELECT count(*) FROM similarity_queue"


@dataclass(frozen=True, slots=True)
class PortalView:
    """What is stored of one portal. ``months``: articles by month ("2025-03"), in order.

    ``coverage``: the share of the newest ``SAMPLE`` articles that have a field, from 0 to 1.
    """

    name: str
    catalogue: dict[str, Any] | None
    articles: int
    months: dict[str, int]
    coverage: dict[str, float]
    gaps: list[Gap]
    runs: list[dict[str, Any]]
    newest: str | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last crawl of a portal, and when its next article was due; times as stored."""

    portal: str
    started_at: str
    finished_at: str | None
    verdict: str
    reason: str | None
    articles_new: int
    rejects: int
    newest: str | None
    expected: str | None
    is_overdue: bool
    backlog: int


def article_counts(conn: sqlite3.Connection) -> dict[str, int]:
    """Return the number of articles by the portal that had them first. Raises sqlite3.Error."""
    return {str(name): int(count) for name, count in conn.execute(_COUNTS)}


def catalogue_rows(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the portals of the database's catalogue, by name. Raises sqlite3.Error."""
    return list(rows_of(conn.execute(_CATALOGUE)))


def newest_of(conn: sqlite3.Connection, portals: Iterable[str]) -> dict[str, str]:
    """Return the newest publication of each of the portals that has one."""
    rows = {name: conn.execute(_NEWEST, (name, 1)).fetchone() for name in portals}
    return {name: str(row[0]) for name, row in rows.items() if row}


def portal_view(conn: sqlite3.Connection, name: str, articles: int) -> PortalView | None:
    """Return what is known of a portal, or None. ``articles``: of ``article_counts``.

    Raises sqlite3.Error.
    """
    row = next((one for one in catalogue_rows(conn) if one["name"] == name), None)
    runs = list(rows_of(conn.execute(_RUNS, (name, 10))))
    if row is None and not runs and not articles:
        return None
    days = {str(day): int(count) for day, count in conn.execute(_DAYS, (name,))}
    return PortalView(
        name=name,
        catalogue=row,
        articles=articles,
        months=_months(_as_dates(days)),
        coverage=_coverage(conn, name),
        gaps=find_gaps(name, _as_dates(days)),
        runs=runs,
        newest=newest_of(conn, [name]).get(name),
    )


def _months(days: Mapping[date, int]) -> dict[str, int]:
    """Return the articles of every month from the first to the last, also of empty ones."""
    counted: Counter[int] = Counter()
    for day, count in days.items():
        counted[day.year * 12 + day.month - 1] += count
    if not counted:
        return {}
    first, last = min(counted), max(counted)
    span = range(max(first, last - _MOST_MONTHS + 1), last + 1)
    return {f"{n // 12:04}-{n % 12 + 1:02}": counted[n] for n in span}


def _as_dates(days: Mapping[str, int]) -> dict[date, int]:
    found = {}
    for day, count in days.items():
        try:
            found[date.fromisoformat(day)] = count
        except ValueError:  # of another program
            continue
    return found


def _coverage(conn: sqlite3.Connection, name: str) -> dict[str, float]:
    counted = ", ".join(f"count({field})" for field in COVERED)
    sql = f"""
        SELECT count(*), {counted} FROM (
            SELECT * FROM articles WHERE portal = ? ORDER BY published_at DESC LIMIT ?
        )
    """  # noqa: S608 - our own names
    total, *having = conn.execute(sql, (name, SAMPLE)).fetchone()
    return {field: n / total for field, n in zip(COVERED, having, strict=True)} if total else {}


def last_runs(conn: sqlite3.Connection, now: datetime) -> list[LastRun]:
    """Return the last crawl of each portal, by name. Raises sqlite3.Error."""
    backlog = {str(name): int(count) for name, count in conn.execute(_BACKLOG)}
    found = []
    for (name,) in conn.execute(_CRAWLED).fetchall():
        run = next(rows_of(conn.execute(_RUN, (name,))), None)
        if run is None:
            continue
        dates = [row[0] for row in conn.execute(_NEWEST, (name, RHYTHM_ARTICLES))]
        expected = due(dates)
        found.append(
            LastRun(
                portal=name,
                started_at=run["started_at"],
                finished_at=run["finished_at"],
                verdict=run["verdict"] or RUNNING,
                reason=run["reason"],
                articles_new=run["articles_new"],
                rejects=run["rejects"],
                newest=dates[0] if dates else None,
                expected=expected.isoformat(timespec="seconds") if expected else None,
                is_overdue=expected is not None and expected < now,
                backlog=backlog.get(name, 0),
            )
        )
    return found


def work_since(conn: sqlite3.Connection, since: str) -> dict[str, int]:
    """Return the sums of the crawls that began at ``since`` (UTC) or later."""
    return dict(next(rows_of(conn.execute(_RUNS_SINCE, {"since": since}))))


def uncompared(conn: sqlite3.Connection) -> int:
    """Return the number of articles that have not been compared with the others yet."""
    return int(conn.execute(_UNCOMPARED).fetchone()[0])
