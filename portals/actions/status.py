"""What ``scrapy status`` does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from portals.actions.base import Installation
from portals.catalogue import NIGHTLY, Portal, portals
from portals.commands.output import print_note, print_rows
from portals.commands.status import Command
from portals.crawling.exit_codes import OVERDUE
from portals.errors import PortalError
from portals.network.server_clocks import clock_fault
from portals.network.servers import server_of
from portals.operations.nights import is_absent
from portals.recipes import unknown_name
from portals.store.database import Store
from portals.store.holds import Hold, HoldRepository
from portals.store.portal_states import PortalStateRepository
from portals.store.server_clocks import ServerClockRepository
from portals.store.settled_pages import settled_pages
from portals.store.status import PortalStatus, not_attempted, portal_statuses
from portals.store.write_ahead_log import growth
from portals.timestamps import parse_duration, utc, utc_now

_SELDOM = (
    "tls_exception",
    "tls_level",
    "proxy",
    "browser",
    "held_until",
)  # a terminal shows them where they say something


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        age = parse_duration(opts.max_age) if opts.max_age is not None else None
        with closing(Store.open_to_read(self.database)) as store:
            if opts.settled:
                self._show_settled(store, args, as_json=opts.json)
                return
            self._show(store, args, age, opts)
            clocks = ServerClockRepository(store).all()
        if note := growth(Path(self.database)):
            print_note(note)
        if fault := clock_fault(clocks, utc_now()):
            print_note(f"warning: {fault}")

    def _show(
        self, store: Store, wanted: list[str], age: timedelta | None, opts: argparse.Namespace
    ) -> None:
        now = utc_now()
        known = self.known_portals()
        disabled = set(known) - set(self.crawled_portals())
        statuses = portal_statuses(store.db, set(known), now)
        found = {status.portal: status for status in statuses}
        if unknown := [name for name in wanted if name not in found]:
            raise PortalError(unknown_name(unknown[0], found))
        names = list(dict.fromkeys(wanted)) or [name for name in found if name not in disabled]
        due = self._due(store, wanted, names)
        late = {} if age is None else not_attempted(store.db, due, age, now)
        holds = HoldRepository(store).active(now)
        is_short = not (wanted or opts.json or opts.all)
        shown = [name for name in names if not (is_short and _is_untouched(found[name]))]
        rows = [_row(found[name], holds, as_json=opts.json) for name in shown]
        if sys.stdout.isatty():
            empty = {name for name in _SELDOM if not any(row[name] for row in rows)}
            rows = [{k: v for k, v in row.items() if k not in empty} for row in rows]
        print_rows(rows, as_json=opts.json)
        left = len(names) - len(shown)
        if all(map(_is_untouched, statuses)):
            print_note("no portal was crawled; crawl first, or give --db FILE")
        if left and sys.stderr.isatty():  # cron would mail it every day
            print_note(f"{left} portals of the catalogue were never crawled; --all shows them")
        for name, at in late.items():
            print_note(f"{name}: {_since(at)}; look at the schedule's log")
        if late:
            self.exitcode = OVERDUE

    def _show_settled(self, store: Store, wanted: list[str], *, as_json: bool) -> None:
        """Print the pages that could not be had in many nights, and how to request them now."""
        found = settled_pages(store.db.conn)
        known = {*self.known_portals(), *(page.portal for page in found)}
        if unknown := [name for name in wanted if name not in known]:
            raise PortalError(unknown_name(unknown[0], known))
        pages = [page for page in found if not wanted or page.portal in wanted]
        print_rows([asdict(page) for page in pages], as_json=as_json)
        for name in dict.fromkeys(page.portal for page in pages):
            print_note(f"scrapy crawl {name} -a revisit=settled requests those of {name} now")

    def _due(self, store: Store, wanted: list[str], names: list[str]) -> list[str]:
        """Return the portals that every night attempts, or those that were named."""
        known, states = portals(), PortalStateRepository(store).all()
        gone_after = self.config.getint("GONE_AFTER")
        every = [
            name
            for name in names
            if name not in known
            or (
                known[name].state in NIGHTLY
                and not is_absent(known[name], states.get(name), gone_after)
            )
        ]
        return list(dict.fromkeys(wanted)) or every


def _is_untouched(status: PortalStatus) -> bool:
    """Return True for a portal of the catalogue of which the database knows nothing."""
    return not (status.last_run or status.articles or status.rejects)


def _row(status: PortalStatus, holds: Sequence[Hold], *, as_json: bool) -> dict[str, Any]:
    known = portals().get(status.portal)
    row = {
        **asdict(status),
        "tls_exception": known.tls_exception or None if known else None,
        "tls_level": known.tls_level or None if known else None,
        "proxy": known.proxy or None if known else None,
        "browser": known.browser or None if known else None,
        "held_until": _held_until(status.portal, known, holds),
    }
    if as_json:
        return row
    row["overdue"] = str(status.overdue).lower()
    return row


def _held_until(name: str, known: Portal | None, holds: Sequence[Hold]) -> str | None:
    """Return until when the portal's server is not requested, as itself or another portal asked."""
    server = server_of(known.home_url) if known else None
    whole = (hold for hold in holds if not hold.url)
    ends = [hold.until for hold in whole if name == hold.portal or server == hold.server]
    return utc(max(ends)) if ends else None


def _since(at: str | None) -> str:
    return f"not attempted since {at}" if at else "never attempted"
