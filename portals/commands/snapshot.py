"""``scrapy snapshot OUT``: a consistent copy of a database that is being written."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.commands.base import PortalCommand
from portals.commands.output import print_outcome
from portals.store.snapshot import snapshot


class Command(PortalCommand):
    """Copies the database."""

    usage = "<file>"
    summary = "Write a consistent copy of the database, also while a crawl writes to it"

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002
        if len(args) != 1:
            raise UsageError("give the file to write")
        self.check_free_disk(Path(args[0]))
        size = snapshot(Path(self.database), Path(args[0]))
        print_outcome(f"{args[0]}: {size} bytes")
