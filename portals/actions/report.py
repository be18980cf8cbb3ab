"""What ``scrapy report`` does."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.commands.output import print_outcome
from portals.commands.report import Command
from portals.reporting.facts import gather
from portals.reporting.page import WRITTEN, report
from portals.store.database import Store
from portals.store.export_formats import opened
from portals.timestamps import utc_now


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the file to write")
        with closing(Store.open_to_read(self.database)) as store, store.reading():
            page = report(gather(store.db, utc_now()), opts.language)
        with opened(Path(args[0]), WRITTEN) as file:
            file.write(page.encode())
        print_outcome(f"{args[0]}: {len(page.encode())} bytes")
