"""The tables ``runs`` and ``rejects``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from portals.article import Reject
from portals.language.text import clean
from portals.outcomes import RejectCode
from portals.store.settled_pages import SETTLED_AFTER
from portals.store.sqlite import Database
from portals.store.transactions import writing
from portals.timestamps import utc

KILLED = "the process was killed"
"""Reason of a run whose process ended before it could write a verdict."""

KILLED_TOGETHER = "the process was killed, in which other portals were crawled too"

DISK_FULL = "disk_full"
"""Reason code of a run that did not begin, since too little disk space was free."""

WRONG_CLOCK = "wrong_clock"
"""Reason code of a run that ended since the clocks of servers showed that ours is wrong."""

DIED_TOGETHER = "died_together"
"""Reason code of a run whose process crawled several portals and was killed, by any of them."""

OFFLINE = "offline"
"""Reason code of the runs of a ``crawlall`` that could reach no portal."""

_MAX_REJECT_CHARACTERS = 2_000
"""Characters of each text of a reject: an error page may quote a document in its message."""


class RunRepository:
    """The tables ``runs`` and ``rejects``."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def start_run(self, portal: str, now: datetime, arguments: str = "{}") -> int:
        """Record the start of a run (``arguments``: a JSON object) and return its id."""
        with writing(self.db.conn):
            cursor = self.db.execute(
                "INSERT INTO runs (portal, started_at, arguments, counters) VALUES (?, ?, ?, '{}')",
                [portal, utc(now), arguments],
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def last_run(self, portal: str) -> tuple[int, str] | None:
        """Return id and arguments of the portal's last crawl that began: what it left is resumed.

        One that found the portal locked or the disk full did not begin.
        """
        rows = self.db.query(
            "SELECT id, arguments FROM runs WHERE portal = ? AND verdict IS NOT 'locked'"
            " AND reason_code IS NOT ? AND arguments ->> 'command' IS NULL"
            " ORDER BY id DESC LIMIT 1",
            [portal, DISK_FULL],
        )
        return next(((row["id"], row["arguments"]) for row in rows), None)

    def newest_start(self) -> str | None:
        """Return when the run that was recorded last began; None if there is none.

        Not the latest time: one run with a wrong clock would be the newest for years. Runs of the
        same day as one that found the clock wrong do not count: they had the same clock.
        """
        row = self.db.execute(
            "SELECT started_at FROM runs WHERE NOT EXISTS (SELECT 1 FROM runs AS wrong"
            " WHERE wrong.reason_code = ?"
            " AND abs(julianday(wrong.started_at) - julianday(runs.started_at)) < 1)"
            " ORDER BY id DESC LIMIT 1",
            [WRONG_CLOCK],
        ).fetchone()
        return str(row[0]) if row else None

    def origins(self) -> list[tuple[str, str]]:
        """Return portal and origin of every crawl of a copy (``-a origin=``)."""
        rows = self.db.execute(
            "SELECT DISTINCT portal, arguments ->> 'origin' FROM runs"
            " WHERE verdict IS NOT 'locked' AND arguments ->> 'origin' IS NOT NULL"
        ).fetchall()
        return [(str(portal), str(origin)) for portal, origin in rows]

    def last_verdict(self, portal: str) -> tuple[str | None, str | None]:
        """Return verdict and end of the portal's last run of any kind; None if there is none."""
        row = self.db.execute(
            "SELECT verdict, finished_at FROM runs WHERE portal = ? ORDER BY id DESC LIMIT 1",
            [portal],
        ).fetchone()
        return (row[0], row[1]) if row else (None, None)

    def end_killed_runs(self, portal: str, now: datetime) -> int:
        """Set end and verdict of crawls whose process was killed; return their number."""
        with writing(self.db.conn):
            cursor = self.db.execute(
                "UPDATE runs SET verdict = 'crashed', finished_at = ?, reason = ?"
                " WHERE portal = ? AND verdict IS NULL AND arguments ->> 'command' IS NULL",
                [utc(now), KILLED, portal],
            )
        return cursor.rowcount

    def end_run_of_shared_process(self, portal: str, now: datetime) -> None:
        """Set end and verdict of the crawl of a killed process that crawled other portals too."""
        with writing(self.db.conn):
            self.db.execute(
                "UPDATE runs SET verdict = 'incomplete', finished_at = ?, reason = ?,"
                " reason_code = ?"
                " WHERE portal = ? AND verdict IS NULL AND arguments ->> 'command' IS NULL",
                [utc(now), KILLED_TOGETHER, DIED_TOGETHER, portal],
            )

    def end_killed_commands(self, command: str, now: datetime) -> None:
        """Set end and verdict of killed runs of a command other than a crawl, of every portal."""
        with writing(self.db.conn):
            self.db.execute(
                "UPDATE runs SET verdict = 'crashed', finished_at = ?, reason = ?"
                " WHERE verdict IS NULL AND arguments ->> 'command' = ?",
                [utc(now), KILLED, command],
            )

    def rows_of(self, run_ids: Iterable[int]) -> list[dict[str, Any]]:
        """Return runs as ``crawlall`` prints them, with ``started_at``."""
        return list(
            self.db.query(
                "SELECT portal, verdict, reason, reason_code, id AS run_id, articles_new AS new,"
                " articles_changed AS changed, requests, started_at FROM runs"
                " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY portal",
                [json.dumps(list(run_ids))],
            )
        )

    def set_offline(self, run_ids: Iterable[int], reason: str) -> None:
        """Set the verdict of runs that reached nothing since this machine had no network."""
        with writing(self.db.conn):
            self.db.conn.executemany(
                "UPDATE runs SET verdict = 'offline', reason = ?, reason_code = ? WHERE id = ?",
                [(reason, OFFLINE, run_id) for run_id in run_ids],
            )

    def set_wrong_clock(self, now: datetime, remark: str, reason: str) -> None:
        """Set the verdict of earlier ``ok`` runs of the day whose own server said the same.

        ``remark``: how they begin to say so. They had no second server that agreed.
        """
        with writing(self.db.conn):
            self.db.execute(
                "UPDATE runs SET verdict = 'storage', reason = ?, reason_code = ?"
                " WHERE verdict = 'ok' AND reason_code = 'clock_differs'"
                " AND instr(reason, ?) = 1 AND abs(julianday(started_at) - julianday(?)) < 1",
                [reason, WRONG_CLOCK, remark, utc(now)],
            )

    def update_run(self, run_id: int, values: Mapping[str, str | int | None]) -> None:
        """Set columns of a run, in the transaction that is open if any."""
        changes = ", ".join(f"{name} = ?" for name in values)
        with writing(self.db.conn):
            self.db.execute(
                f"UPDATE runs SET {changes} WHERE id = ?",  # noqa: S608 - our own names
                [*values.values(), run_id],
            )

    def crawl_of(self, run_id: int) -> list[int]:
        """Return the runs of a crawl that ``run_id`` is the last of, the first one last."""
        rows = self.db.execute(
            "WITH RECURSIVE crawl (id, resumes) AS (SELECT id, resumes FROM runs WHERE id = ?"
            " UNION ALL SELECT runs.id, runs.resumes FROM crawl JOIN runs"
            " ON runs.id = crawl.resumes AND runs.id < crawl.id) SELECT id FROM crawl",
            [run_id],
        ).fetchall()
        return [int(row[0]) for row in rows]

    def counters(self, run_id: int) -> dict[str, int] | None:
        """Return the stored counters of a crawl up to a run; None of a release without them."""
        row = self.db.execute("SELECT counters FROM runs WHERE id = ?", [run_id]).fetchone()
        return json.loads(row[0]) if row and row[0] else None

    def count_by_code(self, portal: str, run_ids: Iterable[int]) -> list[tuple[str, str, int]]:
        """Return the rejects of runs of a portal: code, sentence and number of each kind.

        Those of settled pages are left out.
        """
        rows = self.db.execute(
            "SELECT code, reason, count(*) FROM rejects WHERE code IS NOT NULL"
            " AND run_id IN (SELECT value FROM json_each(?))"
            " AND url NOT IN (SELECT url FROM page_visits WHERE portal = ? AND unread_nights >= ?)"
            " GROUP BY code, reason",
            [json.dumps(list(run_ids)), portal, SETTLED_AFTER],
        ).fetchall()
        return [(str(code), str(reason), int(number)) for code, reason, number in rows]

    def record_reject(self, reject: Reject, run_id: int, now: datetime) -> None:
        """Record a page that could not become a row; encountered again, its row is updated."""
        texts = {name: _storable(value) for name, value in asdict(reject).items()}
        with writing(self.db.conn):
            self.db.table("rejects").upsert(
                {**texts, "at": utc(now), "run_id": run_id}, pk=("url", "stage", "reason")
            )

    def count_forbidden(self, portal: str) -> int:
        """Return the number of pages of a portal that robots.txt forbids, found by any run."""
        row = self.db.execute(
            "SELECT count(DISTINCT url) FROM rejects WHERE code = ? AND run_id IN"
            " (SELECT id FROM runs WHERE portal = ?)",
            [RejectCode.ROBOTS, portal],
        ).fetchone()
        return int(row[0])

    def count_deadly(self, portal: str) -> int:
        """Return the number of articles at which a process died twice, and that were never had.

        A later visit, to a page that is gone, has a status.
        """
        row = self.db.execute(
            "SELECT count(*) FROM rejects WHERE code = ? AND EXISTS (SELECT 1 FROM page_visits v"
            " WHERE v.portal = ? AND v.url = rejects.url AND v.kind = 'article' AND v.status = 0"
            " AND v.fingerprint IS NULL)",
            [RejectCode.KILLED_PROCESS, portal],
        ).fetchone()
        return int(row[0])

    def count_rejects(self, run_id: int) -> int:
        """Return the number of pages that a run rejected."""
        row = self.db.execute("SELECT count(*) FROM rejects WHERE run_id = ?", [run_id]).fetchone()
        return int(row[0])


def _storable(text: str | None) -> str | None:
    """Return a text from outside on one line of limited length, safe to store and print."""
    return None if text is None else clean(text)[:_MAX_REJECT_CHARACTERS]
