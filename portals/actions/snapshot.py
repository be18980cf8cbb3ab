"""What ``scrapy snapshot`` does."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.commands.output import print_outcome
from portals.commands.snapshot import Command
from portals.store.snapshot import snapshot


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002
        if len(args) != 1:
            raise UsageError("give the file to write")
        self.check_free_disk(Path(args[0]))
        size = snapshot(Path(self.database), Path(args[0]))
        print_outcome(f"{args[0]}: {size} bytes")
