"""``scrapy migrate``: brings a database of an earlier release up to date."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import ClassVar

from scrapy.exceptions import UsageError

from portals.commands.base import PortalCommand
from portals.commands.output import print_outcome
from portals.store.database import Store
from portals.store.identity import VERSION, Identity, identify_file


class Command(PortalCommand):
    """Migrates the database; what it does is printed first, and a copy is kept."""

    usage: ClassVar[str] = ""
    summary = "Bring a database of an earlier release up to date; a copy is kept"

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002
        if args:
            raise UsageError("migrate takes no arguments")
        before = identify_file(Path(self.database))
        Store.open_existing(self.database).close()
        verb = "was up to date already" if before is Identity.CURRENT else "is up to date"
        print_outcome(f"{self.database}: {verb} (schema version {VERSION})")
