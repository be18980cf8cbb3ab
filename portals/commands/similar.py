"""``scrapy similar ID``: where else a story stands, edited; and comparing what waits."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from portals.commands import decode_argument, print_error, print_rows, with_progress
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.errors import StorageError
from portals.store.articles import headline
from portals.store.database import Store
from portals.store.history import find_article
from portals.store.similar import everywhere, queue_length, update


class Command(ScrapyCommand):
    """Tells which articles resemble one."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] <article id or address> | --update"

    def short_desc(self) -> str:
        """Return the description."""
        return "Show the articles that tell the same story in other words"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--update`` and ``--json``."""
        super().add_options(parser)
        parser.add_argument("--update", action="store_true", help="compare what was not compared")
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the similar articles of one, or compare what waits."""
        assert self.settings is not None
        if len(args) != (0 if opts.update else 1):
            raise UsageError("give one article, by its id or its address, or --update")
        try:
            if opts.update:
                with closing(Store.open_existing(self.settings["DATABASE"])) as store:
                    count = sum(with_progress(update(store), queue_length(store), "comparing"))
                print(f"{count} articles compared")
                return
            with closing(Store.open_to_read(self.settings["DATABASE"])) as store:
                self._show(store, args[0], as_json=opts.json)
        except (StorageError, sqlite3.Error) as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])

    def _show(self, store: Store, given: str, *, as_json: bool) -> None:
        conn = store.db.conn
        article_id = find_article(conn, decode_argument(given))
        if article_id is None:
            message = f"there is no article {given!r}; 'scrapy search' finds ids"
            self.exitcode = print_error(message, USAGE_ERROR)
            return
        rows = []
        for one in everywhere(conn, article_id):
            shown = headline(conn, one.article_id)
            rows.append({"id": one.article_id, "similarity": one.similarity, **shown})
        print_rows(rows, as_json=as_json)
        if left := queue_length(store):
            print(f"{left} articles wait to be compared: scrapy similar --update", file=sys.stderr)
