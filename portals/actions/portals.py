"""What ``scrapy portals`` does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from typing import Any

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.catalogue import CATALOGUE, Portal, portals
from portals.commands.output import print_note, print_rows, print_text, to_json
from portals.commands.portals import Command
from portals.configuration import data_folder
from portals.crawling.exit_codes import CATALOGUE_FAULTS
from portals.errors import PortalError, StorageError
from portals.operations.catalogue_check import check_catalogue
from portals.operations.choosing import choice_of
from portals.recipes import spider_origins, unknown_name
from portals.store.articles import PortalState, portal_states, portal_totals
from portals.store.database import Store

_LONG = ("successor", "evidence", "listings", "feeds", "examples")  # of one portal, or in JSON


_SHORT = ("name", "cms", "grade", "state", "verdict", "newest", "fields")


"""What a terminal of 80 columns has room for."""


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise UsageError("give the name of one portal, or none")
        if opts.check:
            self._check(args, as_json=opts.json)
            return
        spiders = spider_origins(self.config)
        if not args:
            self._list(opts, spiders)
            return
        found = portals().get(args[0])
        if found is None:
            raise PortalError(unknown_name(args[0], portals()))
        self._show(found, spiders, as_json=opts.json)

    def _list(self, opts: argparse.Namespace, spiders: Mapping[str, str]) -> None:
        """Print the chosen rows with what is stored of each portal. Raises CatalogueError."""
        known = portals().values()
        choice = choice_of(known, opts.kind, opts.province, opts.cms, opts.state)
        states = self._states()
        rows = [
            _row(row, spiders, states.get(row.name, PortalState()), whole=opts.json)
            for row in known
            if choice.covers(row)
        ]
        if sys.stdout.isatty() and not opts.json:
            rows = [_shortened(row) for row in rows]
        print_rows(rows, as_json=opts.json)

    def _states(self) -> dict[str, PortalState]:
        """Return what is stored of each portal; nothing without a database that can be read.

        One that is there and cannot be read is named, since the columns are empty without it.
        """
        store = self.open_if_readable()
        if store is None:
            return {}
        with closing(store):
            return portal_states(store.db.conn)

    def _check(self, args: list[str], *, as_json: bool) -> None:
        """Print every mistake of the catalogues, of the package and of the data folder."""
        if args:
            raise UsageError("--check looks at every row; give no name")
        local = data_folder() / "portals.csv"
        files = [CATALOGUE, *([local] if local.is_file() else [])]
        found = [
            {"file": str(path) if as_json else path.name, **asdict(mistake)}
            for path in files
            for mistake in check_catalogue(path)
        ]
        print_rows(found, as_json=as_json)
        if found:
            self.exitcode = CATALOGUE_FAULTS
        elif not as_json:
            print_note(f"{len(portals())} portals, no mistake")

    def _show(self, found: Portal, spiders: Mapping[str, str], *, as_json: bool) -> None:
        facts: dict[str, Any] = {**asdict(found), "spider": spiders.get(found.name)}
        url_patterns: list[dict[str, Any]] = []
        skipped_urls: list[dict[str, Any]] = []
        try:
            store = Store.open_to_read(self.database)
        except StorageError as error:
            facts["stored"] = str(error)
        else:
            facts |= _stored(store, found.name)
            url_patterns = [asdict(one) for one in store.url_knowledge.url_patterns(found.name)]
            skipped_urls = [asdict(one) for one in store.url_knowledge.skipped_urls(found.name)]
            store.close()
        if as_json:
            shown = {**facts, "url_patterns": url_patterns, "skipped_urls": skipped_urls}
            print_text(to_json(shown, indent=2))
            return
        print_rows([{"field": name, "value": value} for name, value in facts.items()])
        print_rows(url_patterns)
        print_rows(skipped_urls)


def _row(
    portal: Portal, spiders: Mapping[str, str], stored: PortalState, *, whole: bool
) -> dict[str, Any]:
    row = {name: value for name, value in asdict(portal).items() if whole or name not in _LONG}
    spider = spiders.get(portal.name, "")
    return {"name": row.pop("name"), "spider": spider, **row, **asdict(stored)}


def _shortened(row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a terminal: ``fields`` as a percentage, the newest article's day."""
    values = {name: row[name] for name in _SHORT}
    fields = "" if row["fields"] is None else f"{row['fields']}%"
    values["cms"] = row["cms"].replace(" (guess)", "?")
    return values | {"newest": row["newest"] and row["newest"][:10], "fields": fields}


def _stored(store: Store, name: str) -> dict[str, Any]:
    totals = asdict(portal_totals(store.db.conn, name))
    verdict, finished_at = store.runs.last_verdict(name)
    return {**totals, "last_verdict": verdict, "last_run": finished_at}
