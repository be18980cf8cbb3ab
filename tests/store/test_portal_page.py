"""The runs that the page of operations shows, out of those of many years."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portals.store.database import Store
from portals.store.portal_page import last_runs, portal_view, work_since
from portals.timestamps import utc

NOW = datetime(2026, 3, 1, 5, tzinfo=UTC)
NIGHTS = 300


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Nights of two portals; the newest runs of one are of other commands, or did not begin."""
    with closing(Store.open(tmp_path / "a.db")) as store, store.writing():
        runs = [
            (name, utc(NOW - timedelta(days=age, hours=hours)), "ok", "{}", 2)
            for age in range(NIGHTS, -1, -1)
            for hours, name in ((2, "ldtd"), (1, "brvt"))
        ]
        runs.insert(-3, ("ldtd", "1970-01-01T00:00:00+00:00", "ok", "{}", 5))
        runs.append(("brvt", utc(NOW), "locked", "{}", 0))
        runs.append(("brvt", utc(NOW), "ok", '{"command": "reextract"}', 7))
        runs.append(("haiphong", utc(NOW), "locked", "{}", 0))
        store.db.conn.executemany(
            "INSERT INTO runs (portal, started_at, verdict, arguments, articles_new)"
            " VALUES (?, ?, ?, ?, ?)",
            runs,
        )
        yield store.db.conn


def test_the_last_crawl_of_each_portal(conn: sqlite3.Connection) -> None:
    found = {run.portal: run.started_at for run in last_runs(conn, NOW)}

    assert found == {
        "brvt": utc(NOW - timedelta(hours=1)), "ldtd": utc(NOW - timedelta(hours=2)),
    }  # fmt: skip


def test_the_work_of_a_day(conn: sqlite3.Connection) -> None:
    done = work_since(conn, utc(NOW - timedelta(days=1)))

    assert (done["runs"], done["articles_new"]) == (4, 4)


def test_no_page_reads_the_runs_of_all_years(conn: sqlite3.Connection) -> None:
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    last_runs(conn, NOW)
    portal_view(conn, "brvt", 0)
    conn.set_trace_callback(None)
    plans = {
        str(row[3])
        for sql in asked
        if "FROM runs" in sql
        for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")
    }

    assert plans
    assert all("runs_by_portal" in plan for plan in plans), plans
