"""What ``scrapy checkall`` does."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from contextlib import closing
from dataclasses import asdict
from typing import Any

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.process import crawler_process, run_whole
from portals.catalogue import Portal, portals
from portals.commands.checkall import Command
from portals.commands.output import print_note, print_rows
from portals.crawling.exit_codes import FLEET_FAULTS
from portals.network.replay_handler import open_replay
from portals.operations.choosing import choice_of
from portals.operations.fleet import (
    AT_ONCE,
    Finding,
    FleetSpider,
    PortalLook,
    is_expected,
    judge,
    look_at,
    sample,
)
from portals.operations.nights import is_absent, is_lost
from portals.operations.site_fetch import make_harmless
from portals.recipes import recipe_of
from portals.store.portal_states import PortalState, PortalStateRepository
from portals.timestamps import utc_now


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args or (opts.sample is not None and opts.sample < 1):
            raise UsageError("checkall takes options only, see 'scrapy checkall -h'")
        self.check_replay()
        rows = self._chosen(opts)
        looks = [look_at(row) for row in rows]
        self._fetch(looks)
        found = [
            judge(look, recipe_of(self.config, row.name))
            for look, row in zip(looks, rows, strict=True)
        ]
        shown = [_row(one, as_json=opts.json) for one in found]
        print_rows(shown, as_json=opts.json)
        lost = self._lost()
        faults = [one for one in found if not is_expected(one, is_gone=one.portal in lost)]
        counts = Counter(one.cause for one in found)
        print_note(", ".join(f"{count} {cause}" for cause, count in counts.most_common()))
        if faults:
            self.exitcode = FLEET_FAULTS

    def _chosen(self, opts: argparse.Namespace) -> list[Portal]:
        """Return the rows to look at: of a moved portal, its successor is. Raises PortalError."""
        catalogue = portals()
        choice = choice_of(catalogue.values(), opts.kind, opts.province, opts.cms, opts.state)
        rows = [catalogue[name] for name in self.crawled_portals()]
        rows = [row for row in rows if choice.covers(row)]
        if not choice.states:
            rows = [row for row in rows if row.state != "moved"]
        if archive := self.config["REPLAY"]:
            hosts = {host.removeprefix("www.") for host in open_replay(archive).hosts()}
            rows = [row for row in rows if row.host in hosts]
        return sample(rows, opts.sample, utc_now().date()) if opts.sample else rows

    def _lost(self) -> set[str]:
        """Return the portals that are taken for gone, by the catalogue or by ``crawlall``."""
        states: dict[str, PortalState] = {}
        if store := self.open_if_readable():
            with closing(store):
                states = PortalStateRepository(store).all()
        gone_after = self.config.getint("GONE_AFTER")
        return {
            name
            for name, row in portals().items()
            if is_lost(row) or is_absent(row, states.get(name), gone_after)
        }

    def _fetch(self, looks: list[PortalLook]) -> None:
        if not looks:
            return
        make_harmless(self.config)
        process = crawler_process(self.config)
        gate = asyncio.Semaphore(AT_ONCE)
        for look in looks:
            process.crawl(process.create_crawler(FleetSpider), job=look, gate=gate)
        run_whole(process)


def _row(finding: Finding, *, as_json: bool) -> dict[str, Any]:
    row = asdict(finding) | {"cause": str(finding.cause)}
    if not as_json:
        row["proposal"] = " ".join(f"{name}={value}" for name, value in finding.proposal.items())
    return row
