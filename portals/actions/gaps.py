"""What ``scrapy gaps`` does."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict

from portals.commands.gaps import Command
from portals.commands.output import print_note, print_rows
from portals.errors import PortalError
from portals.store.articles import portals_with_articles
from portals.store.database import Store
from portals.store.gaps import gaps_of


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        with closing(Store.open_to_read(self.database)) as store:
            known = sorted(portals_with_articles(store.db.conn))
            if unknown := [name for name in args if name not in known]:
                there = ", ".join(known) or "none"
                raise PortalError(f"no articles of {unknown[0]!r}; there are {there}")
            gaps = [gap for name in args or known for gap in gaps_of(store, name)]
        print_rows([asdict(gap) for gap in gaps], as_json=opts.json)
        if not gaps:
            print_note("no gaps" if known else "no articles; crawl first, or give --db FILE")
