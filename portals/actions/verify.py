"""What ``scrapy verify`` does."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.archive.captures import archive_files
from portals.archive.checking import Checked, check
from portals.commands.output import print_error, print_note, print_outcome, print_rows
from portals.commands.verify import Command
from portals.crawling.exit_codes import EXIT_CODES
from portals.network.server_clocks import clock_fault
from portals.store.database import Store
from portals.store.future_times import future_times
from portals.store.integrity import Fault, Part, content_faults, structural_faults
from portals.store.pages import PageRepository
from portals.store.server_clocks import ServerClockRepository
from portals.timestamps import utc_now

_LOST = ("damaged", "missing")


"""Findings that are faults; what a kill leaves (orphans, truncated responses) is none."""


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("verify takes options only")
        with closing(Store.open_to_read(self.database)) as store:  # which does not migrate
            folder = self.existing_archive_folder
            is_writable = _is_writable(Path(self.database))
            found = [] if is_writable else list(self._faults(store, folder))
        if is_writable:
            with closing(Store.open_existing(self.database)) as store:
                found = list(self._faults(store, folder))
        else:
            print_note(
                "the database cannot be written: what its search index checks itself is left out;"
                " 'scrapy snapshot' makes a copy that is checked whole"
            )
        print_rows([asdict(fault) for fault in found], as_json=opts.json)
        if not found:
            if not opts.json:
                print_outcome(f"{self.database}: database, search index and archives are whole")
            return
        parts = {fault.part for fault in found}
        code = EXIT_CODES["incomplete" if parts <= {Part.ARCHIVE, Part.TIMES} else "storage"]
        count = f"{len(found)} fault" + ("s" if len(found) > 1 else "")
        self.exitcode = print_error(f"{count} found; {_remedy(parts)}", code)

    def _faults(self, store: Store, folder: Path | None) -> Iterator[Fault]:
        conn = store.db.conn
        structural = list(structural_faults(conn))
        yield from structural
        if not structural:
            yield from content_faults(conn)
        if any(fault.part is Part.DATABASE for fault in structural):
            return  # what it says of the archives cannot be relied on
        for message in future_times(conn, utc_now()):
            yield Fault(Part.TIMES, message)
        if fault := clock_fault(ServerClockRepository(store).all(), utc_now()):
            yield Fault(Part.TIMES, str(fault))
        has_files = folder is not None and folder.is_dir() and any(folder.rglob("*.warc*"))
        files = archive_files([folder]) if folder and has_files else []
        for finding in check(files, PageRepository(store), Checked()):
            if finding.kind in _LOST:
                where = f"{finding.path}, byte {finding.offset}"
                yield Fault(Part.ARCHIVE, f"{where}: {finding.kind}, {finding.reason}")


def _is_writable(database: Path) -> bool:
    """Return True if the database, and the log beside it, can be written."""
    return all(os.access(one, os.W_OK) for one in (database, database.resolve().parent))


def _remedy(parts: set[Part]) -> str:
    if Part.DATABASE in parts:
        return "restore a copy of the database"
    if Part.SEARCH in parts:
        return "run 'scrapy search --rebuild'"
    if Part.TIMES in parts:
        return "set the clock; crawls that fetch the pages again correct the times"
    return "restore the archives from a copy; 'scrapy archive check' lists them"
