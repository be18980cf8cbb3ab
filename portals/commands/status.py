"""``scrapy status``: how each portal is doing, and whether its crawls still take place."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.spiderloader import SpiderLoader

from portals.catalogue import portals
from portals.commands import print_error, print_rows
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.errors import PortalError, StorageError
from portals.store.database import Store
from portals.store.status import PortalStatus, not_attempted, portal_statuses
from portals.timestamps import parse_duration

TOO_OLD = 1
"""Exit code where a portal was not attempted within ``--max-age``."""

_TIMES = ("last_run", "newest", "expected")


class Command(ScrapyCommand):
    """Prints a line for each portal that is crawled."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] [portal] ..."

    def short_desc(self) -> str:
        """Return the description."""
        return "Show how each portal is doing: last run, newest article, when the next is due"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--max-age`` and ``--json``."""
        super().add_options(parser)
        parser.add_argument(
            "--max-age",
            metavar="AGE",
            help="exit 1 where a portal was not attempted within 12h, 2d, 1w",
        )
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the portals, then name those that nobody attempted."""
        assert self.settings is not None
        crawled = set(SpiderLoader.from_settings(self.settings).list()) & portals().keys()
        try:
            age = parse_duration(opts.max_age) if opts.max_age is not None else None
            store = Store.open_to_read(self.settings["DATABASE"])
            try:
                self._show(store, crawled, args, age, as_json=opts.json)
            finally:
                store.close()
        except StorageError as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])
        except PortalError as error:
            self.exitcode = print_error(error, USAGE_ERROR)

    def _show(
        self,
        store: Store,
        crawled: set[str],
        wanted: list[str],
        age: timedelta | None,
        *,
        as_json: bool,
    ) -> None:
        now = datetime.now(UTC)
        found = {status.portal: status for status in portal_statuses(store.db, crawled, now)}
        if unknown := [name for name in wanted if name not in found]:
            raise PortalError(f"there is no portal {unknown[0]!r}; there are {', '.join(found)}")
        names = list(dict.fromkeys(wanted)) or list(found)
        late = {} if age is None else not_attempted(store.db, names, age, now)
        rows = [_row(found[name], as_json=as_json) for name in names]
        if sys.stdout.isatty() and not any(row["tls_exception"] for row in rows):
            rows = [{k: v for k, v in row.items() if k != "tls_exception"} for row in rows]
        print_rows(rows, as_json=as_json)
        for name, at in late.items():
            print(f"{name}: {_since(at)}; look at the schedule's log", file=sys.stderr)
        if late:
            self.exitcode = TOO_OLD


def _row(status: PortalStatus, *, as_json: bool) -> dict[str, Any]:
    known = portals().get(status.portal)
    row = {**asdict(status), "tls_exception": known.tls_exception or None if known else None}
    if as_json:
        return row
    row["overdue"] = str(status.overdue).lower()
    if sys.stdout.isatty():  # whole times leave no room for the reason
        row |= {name: row[name] and row[name][:10] for name in _TIMES}
    return row


def _since(at: str | None) -> str:
    return f"not attempted since {at}" if at else "never attempted"
