"""What ``scrapy cluster`` does."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Any

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.clusters import cluster_url
from portals.cluster import schema
from portals.cluster.postgres import connect
from portals.cluster.status import status
from portals.commands.cluster import Command
from portals.commands.output import print_outcome, print_rows, print_text, to_json


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args not in (["init"], ["status"]):
            raise UsageError("expected 'init' or 'status', see 'scrapy cluster -h'")
        with closing(connect(cluster_url(self.config), "cluster")) as connection:
            if args == ["init"]:
                is_new = schema.init(connection)
                print_outcome("tables created" if is_new else "the tables are there")
                return
            found = status(connection)
        if opts.json:
            print_outcome(to_json(found))
        else:
            _print(found)


def _print(found: dict[str, Any]) -> None:
    collector = found["collector"] or "none; start 'scrapy collect'"
    print_text(f"version    {found['version']}")
    print_text(f"collector  {collector}")
    print_text(f"outbox     {found['outbox']} results, the oldest {found['oldest_seconds']} s old")
    jobs = ", ".join(f"{count} {state}" for state, count in found["jobs"].items()) or "none"
    print_text(f"jobs       {jobs}")
    if found["failed"]:
        print_text(f"failed     {', '.join(found['failed'])}; see the log of 'scrapy work'")
    print_text(f"nodes      {', '.join(found['nodes']) or 'none; start scrapy work'}")
    for name in ("workers", "crawls", "frontiers"):
        if found[name]:
            print_text("")
            print_rows(found[name])
