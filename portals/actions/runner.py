"""What surrounds the run of one portal in the process that crawls it: checks, lock, outcome."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler

from portals.actions.base import Installation
from portals.archive.wayback import VIA
from portals.catalogue import portal_name_fault, portals
from portals.commands.output import print_note, print_outcome, to_json
from portals.crawling.arguments import ArgumentError, check_section, parse_given
from portals.crawling.clock import ClockError
from portals.crawling.exit_codes import Verdict
from portals.crawling.recording import Recording
from portals.errors import PortalError, StorageError
from portals.free_space import DiskFullError
from portals.recipes import all_listings
from portals.redaction import has_credentials
from portals.store.crawl_state import CrawlState
from portals.store.database import Store
from portals.store.identity import Identity, identify_file
from portals.store.portal_lock import PortalLock, PortalLockedError
from portals.store.runs import DISK_FULL, WRONG_CLOCK
from portals.timestamps import utc, utc_now
from portals.urls import host_of

REFUSED = (PortalLockedError, DiskFullError, ClockError)
"""Errors of ``admit`` for which it has recorded and printed a run."""


def portal_name(name: str, arguments: Mapping[str, str]) -> str:
    """Return the portal name of a run in the database; spiders of a CMS take it from arguments."""
    if name in portals():
        return name
    return arguments.get("portal") or host_of(arguments["origin"])


def row_of(crawler: Crawler) -> tuple[dict[str, Any], str] | None:
    """Return the row of a run and its summary, or None if it did not start."""
    recording = None
    with suppress(RuntimeError):  # raised by Scrapy if there is no engine
        recording = crawler.get_extension(Recording)
    run_log = recording.run_log if recording else None
    if run_log is None or (run_log.run_id == 0 and not run_log.guard.has_failed):
        return None
    return run_log.as_row(), run_log.summary()


class Runner(Installation):
    """Lets crawls begin."""

    def admit(self, name: str, given: Mapping[str, str], *, as_json: bool) -> PortalLock:
        """Check what a crawl needs, and return the lock of its portal, which it holds.

        Raises PortalError, OSError and sqlite3.Error; for those of ``REFUSED`` a run is recorded,
        if that can be written, and printed.
        """
        self.check_crawl(name, given)
        lock = PortalLock(self.database, portal_name(name, given))
        is_new = not Path(self.database).exists()
        try:
            self.check_free_disk()
            with closing(Store.open(self.database)) as store:
                self.check_clock(store)
            lock.acquire()
        except PortalLockedError as error:
            self._record_refused(lock.portal, "locked", error, as_json=as_json)
            raise
        except (DiskFullError, ClockError) as error:
            self._record_refused(lock.portal, "storage", error, as_json=as_json)
            raise
        if is_new and not self.config.getbool("END_WITH_PARENT"):  # its parent has said so
            print_note(f"new database {self.database}")
        return lock

    def check_crawl(self, name: str, given: Mapping[str, str]) -> None:
        """Check a crawl before anything is opened. Raises PortalError."""
        self.check_spider(name)
        self._check(name, given)
        self._warn_of_the_gone(name, given)

    def _check(self, name: str, given: Mapping[str, str]) -> None:
        """Check arguments, settings and files before the crawl starts. Raises PortalError."""
        arguments = parse_given(name, given)
        if arguments.section and not arguments.via:
            check_section(arguments.section, self._listings(name, portal_name(name, given)))
        if fault := portal_name_fault(portal_name(name, given)):
            raise ArgumentError(fault)
        if has_credentials(str(self.config["WAYBACK"])):
            raise ArgumentError("WAYBACK contains a user name or a password; remove it")
        self.check_replay()
        self.check_proxies()

    def _listings(self, spider: str, portal: str) -> list[str]:
        """Return the listings that the spider declares, or that earlier crawls found."""
        if declared := all_listings(self.config, spider):
            return list(declared)
        try:
            with closing(Store.open_to_read(self.database)) as store:
                return CrawlState(store, portal).traversed_listings()
        except StorageError:  # a first crawl
            return []

    def _warn_of_the_gone(self, name: str, arguments: Mapping[str, str]) -> None:
        """Warn if the catalogue says that a portal is gone, and name the public archive."""
        known = portals().get(name)
        is_live = not (arguments.keys() & {"origin", "via"} or self.config["REPLAY"])
        if known and known.state == "gone" and is_live:
            since = f" since {known.since}" if known.since else ""
            print_note(
                f"{name} is gone{since}: {known.evidence};"
                f" public archives may have it: scrapy crawl {name} -a via={VIA}"
            )

    def _record_refused(
        self, portal: str, verdict: Verdict, error: PortalError, *, as_json: bool
    ) -> None:
        """Record a run that requested nothing, if that can be written, and print it."""
        run_id = 0
        if not isinstance(error, ClockError):  # a row needs a true time
            with suppress(StorageError, sqlite3.Error, OSError):
                run_id = self._record(portal, verdict, str(error))
        if as_json:
            code = WRONG_CLOCK if isinstance(error, ClockError) else None
            row = {"portal": portal, "verdict": verdict, "reason": str(error), "reason_code": code}
            print_outcome(to_json({**row, "run_id": run_id}))
        else:
            print_outcome(f"{portal}: {verdict}")

    def _record(self, portal: str, verdict: Verdict, reason: str) -> int:
        """Store the row of a run in an existing database of this release; return its id or 0."""
        if identify_file(Path(self.database)) is not Identity.CURRENT:
            return 0  # a migration needs more space than a row
        now = utc_now()
        with closing(Store.open(self.database)) as store:
            run_id = store.runs.start_run(portal, now)
            values = {"verdict": verdict, "reason": reason, "finished_at": utc(now)}
            if verdict == "storage":
                values["reason_code"] = DISK_FULL
            store.runs.update_run(run_id, values)
        return run_id
