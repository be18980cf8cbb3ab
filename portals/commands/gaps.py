"""``scrapy gaps``: spans of each portal with fewer articles than its own rhythm."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from portals.commands import print_error, print_rows
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.errors import StorageError
from portals.store.articles import portals_with_articles
from portals.store.database import Store
from portals.store.gaps import gaps_of


class Command(ScrapyCommand):
    """Prints a line for each gap; ``scrapy crawl NAME -a backfill=gaps`` fills them."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] [portal] ..."

    def short_desc(self) -> str:
        """Return the description."""
        return "List spans with fewer articles than a portal's own rhythm leads to expect"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--json``."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the gaps of the portals named, or of all that have articles."""
        assert self.settings is not None
        try:
            store = Store.open_to_read(self.settings["DATABASE"])
        except StorageError as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])
            return
        known = portals_with_articles(store.db.conn)
        if unknown := [name for name in args if name not in known]:
            there = ", ".join(sorted(known)) or "none"
            self.exitcode = print_error(
                f"no articles of {unknown[0]!r}; there are {there}", USAGE_ERROR
            )
        else:
            rows = [gap for name in args or sorted(known) for gap in gaps_of(store, name)]
            print_rows([asdict(gap) for gap in rows], as_json=opts.json)
        store.close()
