"""``scrapy gaps``: publication gaps, periods with far fewer articles than usual for the portal."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict

from portals.commands.base import PortalCommand
from portals.commands.output import print_rows
from portals.errors import PortalError
from portals.store.articles import portals_with_articles
from portals.store.database import Store
from portals.store.gaps import gaps_of


class Command(PortalCommand):
    """Prints publication gaps; ``scrapy crawl NAME -a backfill=gaps`` fills them."""

    usage = "[options] [portal] ..."
    summary = "List publication gaps: periods with far fewer articles than usual for a portal"
    json_help = "print a JSON list"

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        with closing(Store.open_to_read(self.database)) as store:
            known = sorted(portals_with_articles(store.db.conn))
            if unknown := [name for name in args if name not in known]:
                there = ", ".join(known) or "none"
                raise PortalError(f"no articles of {unknown[0]!r}; there are {there}")
            gaps = [gap for name in args or known for gap in gaps_of(store, name)]
        print_rows([asdict(gap) for gap in gaps], as_json=opts.json)
