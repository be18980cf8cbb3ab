"""What ``scrapy snapshot`` does."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.commands.output import print_outcome
from portals.commands.snapshot import Command
from portals.store.snapshot import dated, remove_older, snapshot
from portals.timestamps import utc_now


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the file to write")
        if opts.keep is not None and opts.keep < 1:
            raise UsageError("--keep is the number of copies, 1 or more")
        given = Path(args[0])
        today = utc_now().date()
        target = given if opts.keep is None else dated(given, today)
        self.check_free_disk(target)
        size = snapshot(Path(self.database), target)
        print_outcome(f"{target}: {size} bytes")
        if opts.keep is not None:
            for path in remove_older(given, opts.keep, today):
                print_outcome(f"{path}: removed")
