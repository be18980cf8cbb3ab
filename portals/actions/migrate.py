"""What ``scrapy migrate`` does."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.commands.migrate import Command
from portals.commands.output import print_outcome
from portals.store.database import Store
from portals.store.identity import VERSION, Identity, identify_file


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002
        if args:
            raise UsageError("migrate takes no arguments")
        before = identify_file(Path(self.database))
        Store.open_existing(self.database).close()
        verb = "was up to date already" if before is Identity.CURRENT else "is up to date"
        print_outcome(f"{self.database}: {verb} (schema version {VERSION})")
