"""``scrapy report OUT.html``: a page to look at, in one file."""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from portals.commands import print_error
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.errors import PortalError, StorageError
from portals.reporting.facts import gather
from portals.reporting.page import LANGUAGES, report
from portals.store.database import Store
from portals.store.export import opened


class Command(ScrapyCommand):
    """Writes the report."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] <file.html>"

    def short_desc(self) -> str:
        """Return the description."""
        return "Write a page to look at: portals, plots, coverage, syndication, latest articles"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--language``."""
        super().add_options(parser)
        parser.add_argument("--language", choices=LANGUAGES, default="vi")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the page, whole or not at all."""
        assert self.settings is not None
        if len(args) != 1:
            raise UsageError("say where the page goes")
        try:
            with (
                closing(Store.open_to_read(self.settings["DATABASE"])) as store,
                store.reading(),
            ):
                page = report(gather(store.db, datetime.now(UTC)), opts.language)
            with opened(Path(args[0])) as file:
                file.write(page.encode())
        except (StorageError, OSError, sqlite3.Error) as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])
        except PortalError as error:
            self.exitcode = print_error(error, USAGE_ERROR)
        else:
            print(f"{args[0]}: {len(page.encode())} bytes")
