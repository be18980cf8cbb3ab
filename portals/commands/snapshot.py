"""``scrapy snapshot OUT``: a consistent copy of a database that is being written."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from portals.commands import print_error
from portals.crawling.verdicts import EXIT_CODES
from portals.errors import StorageError
from portals.store.snapshot import snapshot


class Command(ScrapyCommand):
    """Copies the database."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "<file>"

    def short_desc(self) -> str:
        """Return the description."""
        return "Copy the database as of one moment, also while a crawl writes it"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002
        """Write the copy and print its size."""
        assert self.settings is not None
        if len(args) != 1:
            raise UsageError("say where the copy goes")
        try:
            size = snapshot(Path(self.settings["DATABASE"]), Path(args[0]))
        except StorageError as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])
            return
        print(f"{args[0]}: {size} bytes")
