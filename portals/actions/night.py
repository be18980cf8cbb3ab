"""What surrounds the crawls of ``scrapy crawlall``: whom to ask, and what a night changed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from scrapy.settings import Settings

from portals.catalogue import Portal, portals
from portals.commands.output import print_note
from portals.errors import AlertError, StorageError
from portals.operations.alerts import digest, failures_of, heartbeat, send_message
from portals.operations.choosing import Skipped, absences, tonight
from portals.operations.metrics import PortalMetrics, exposition, write_metrics
from portals.operations.nights import (
    LOST,
    Change,
    after_alert,
    changes,
    has_reached,
    has_wrong_clock,
    is_absent,
    is_unreachable,
    outage,
    state_of,
    states_after,
)
from portals.store.database import Store
from portals.store.portal_states import MACHINE, PortalState, PortalStateRepository
from portals.store.runs import WRONG_CLOCK
from portals.store.status import last_attempts, last_crashes, last_successes
from portals.timestamps import utc_now

Row = dict[str, Any]


class Night:
    """One ``crawlall``. A night of copies (``is_live`` false) changes no state of a portal.

    ``fragile``: the portals whose last crawl crashed, or was killed: it may happen again.
    Raises PortalError for settings that cannot be read.
    """

    def __init__(self, config: Settings, *, is_live: bool) -> None:
        self.config = config
        self.database = str(config["DATABASE"])
        self.is_live = is_live
        self.start = utc_now()
        self.reminder = timedelta(seconds=config.getfloat("ALERT_REMINDER"))  # checked, in seconds
        self.gone_after = config.getint("GONE_AFTER")
        self.skipped: list[Skipped] = []
        self.before: dict[str, PortalState] = {}
        self._attempts: dict[str, tuple[str | None, str | None]] = {}
        self.fragile: set[str] = set()
        if Path(self.database).exists():  # a night without portals makes none
            with closing(Store.open(self.database)) as store:
                self.before = PortalStateRepository(store).all() if is_live else {}
                self._attempts = last_attempts(store.db)
                self.fragile = last_crashes(store.db)
        self.after = self.before

    def choose(self, rows: Sequence[Portal]) -> list[Portal]:
        """Return the portals to ask; name those that are gone and not asked yet."""
        absent = absences(rows, self.before, self._attempts, self.gone_after)
        chosen, self.skipped = tonight(rows, absent, utc_now())
        for one in self.skipped:
            print_note(one)
        return chosen

    def judge(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows to print: one in the place of all that this machine is the cause of.

        It was offline, or its clock is wrong.
        """
        if self.is_live and any(map(has_wrong_clock, rows)):
            return _with_wrong_clock(self._as_stored(rows))
        reason = self.is_live and outage(rows, self.before, portals(), self.gone_after)
        unreachable = [row for row in rows if is_unreachable(row)]
        if not reason:
            for row in unreachable:
                print_note(f"{row['portal']}: {row['verdict']}")
            return list(rows)
        with closing(Store.open(self.database)) as store:
            store.runs.set_offline((row["run_id"] for row in unreachable), reason)
        requests = sum(row["requests"] or 0 for row in unreachable)
        offline = dict.fromkeys(unreachable[0]) | {"portal": MACHINE, "verdict": "offline"}
        rest = [row for row in rows if not is_unreachable(row)]
        return [offline | {"reason": reason, "requests": requests}, *rest]

    def _as_stored(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows with the verdicts that later runs of the night have given them."""
        if not Path(self.database).exists():
            return list(rows)
        ids = [row["run_id"] for row in rows if row.get("run_id")]
        with closing(Store.open(self.database)) as store:
            stored = {one["run_id"]: one for one in store.runs.rows_of(ids)}
        names = ("verdict", "reason", "reason_code")
        return [
            row | {name: stored[row["run_id"]][name] for name in names}
            if row.get("run_id") in stored and stored[row["run_id"]]["reason_code"] == WRONG_CLOCK
            else row
            for row in rows
        ]

    def record(self, rows: Sequence[Row]) -> None:
        """Store the states, and send one alert on what changed since the last one."""
        is_well = any(map(has_reached, rows)) and rows[0]["portal"] != MACHINE
        network = [{"portal": MACHINE, "verdict": "ok"}] if is_well else []
        if not Path(self.database).exists():
            return  # no portal was chosen
        try:
            with closing(Store.open(self.database)) as store:
                self._update(PortalStateRepository(store), [*rows, *network])
        except (StorageError, sqlite3.Error) as error:
            print_note(f"warning: the states of the portals are not stored: {error}")

    def _update(self, states: PortalStateRepository, rows: Sequence[Row]) -> None:
        now = utc_now()
        found = states_after(rows, self.before, portals(), now)
        self.after = {**self.before, **found}
        if self.is_live:
            states.save(found.values())
        quiet = [one.portal for one in self.skipped if one.portal in self.before]
        ours = found | {name: self.before[name] for name in quiet}
        news = changes(ours, rows, portals(), now, self.reminder)
        if not self.is_live:  # nobody was there to come back
            news = [one for one in news if not one.is_recovery]
        if self._alert(news) and self.is_live:
            states.save(after_alert(ours, news, now).values())

    def _alert(self, news: Sequence[Change]) -> bool:
        """Send what changed; return True if anybody took it."""
        message, urls = digest(news), self.config.getlist("ALERT_URLS")
        if message is None or not urls:
            return False
        try:
            deliveries = send_message(urls, message)
        except AlertError as error:
            print_note(f"warning: the alert was not sent: {error}")
            return False
        if fault := failures_of(deliveries):
            print_note(f"warning: {fault}")
        return not all(one.failure for one in deliveries)

    def is_expected(self, row: Row) -> bool:
        """Return True for a portal that is gone, and taken for gone."""
        name = str(row["portal"])
        state = self.after.get(name)
        return state_of(row) == LOST and is_absent(portals().get(name), state, self.gone_after)

    def beat(self, rows: Sequence[Row]) -> None:
        """Send the heartbeat."""
        target = self.config.get("HEARTBEAT_URL")
        if target and (error := heartbeat(target, rows, utc_now())):
            print_note(f"warning: {error}")

    def write_metrics(self, rows: Sequence[Row]) -> None:
        """Write METRICS_FILE, if it is set; a night of copies leaves it as it is."""
        if not self.is_live or not self.config.get("METRICS_FILE"):
            return
        try:
            with closing(Store.open_to_read(self.database)) as store:
                successes = last_successes(store.db)
        except (StorageError, sqlite3.Error) as error:
            print_note(f"warning: the metrics are not written: {error}")
            return
        crawled = {str(row["portal"]): row for row in rows}
        states = {name: one.state for name, one in self.after.items()}
        verdicts = states | {name: str(row["verdict"]) for name, row in crawled.items()}
        found = [
            PortalMetrics(
                name,
                verdict,
                successes.get(name),
                *(crawled.get(name, {}).get(key) for key in ("new", "changed", "requests")),
            )
            for name, verdict in sorted(verdicts.items())
            if name != MACHINE
        ]
        counts = Counter(str(row["verdict"]) for row in rows)
        counts += Counter(skipped=len(self.skipped))
        text = exposition(found, counts, self.start, utc_now() - self.start)
        if fault := write_metrics(Path(self.config["METRICS_FILE"]), text):
            print_note(f"warning: {fault}")


def _with_wrong_clock(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with one in the place of those whose runs ended for the clock."""
    wrong = [row for row in rows if has_wrong_clock(row)]
    requests = sum(row["requests"] or 0 for row in wrong)
    machine = dict.fromkeys(wrong[0]) | {"portal": MACHINE, "verdict": "storage"}
    rest = [row for row in rows if not has_wrong_clock(row)]
    return [machine | {"reason": wrong[-1]["reason"], "requests": requests}, *rest]


def with_news(row: dict[str, Any], *, is_live: bool) -> dict[str, Any]:
    """Return the row of a run; where a portal that was gone answers, its reason says so."""
    known = portals().get(row["portal"])
    is_back = known and known.state == "gone" and row["verdict"] in ("ok", "drift")
    if not is_back or not is_live or not row["requests"]:
        return row
    news = f"{row['portal']} is back: the catalogue says that it is gone; change its state"
    print_note(news)
    return row | {"reason": "; ".join(filter(None, [news, row["reason"]]))}
