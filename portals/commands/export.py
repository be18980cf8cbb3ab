"""``scrapy export``: articles as JSON lines, CSV, Parquet or an Atom feed."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from portals.commands import print_error, with_progress
from portals.crawling.arguments import day
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.errors import PortalError, StorageError
from portals.store.database import Store
from portals.store.export import (
    FORMATS,
    ArticleFilter,
    articles,
    count,
    opened,
    title_of,
    write_atom,
)
from portals.timestamps import utc


class Command(ScrapyCommand):
    """Writes articles for other tools."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "--format jsonl|csv|parquet|atom [options]"

    def short_desc(self) -> str:
        """Return the description."""
        return "Write the articles as JSON lines, CSV, Parquet or an Atom feed"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the format, where it goes and which articles are wanted."""
        super().add_options(parser)
        parser.add_argument("--format", choices=sorted(FORMATS), default="jsonl")
        parser.add_argument("--output", metavar="FILE", help="replaced whole; else standard output")
        parser.add_argument("--portal", help="only articles that stand on this portal")
        parser.add_argument("--since", help="only articles published on this day or later")
        parser.add_argument("--until", help="only articles published on this day or before")
        parser.add_argument("--changed-since", help="only what is new or changed since this day")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write what is chosen."""
        assert self.settings is not None
        if args:
            raise UsageError("export takes options only")
        if opts.format == "atom" and not opts.portal:
            raise UsageError("a feed is of one portal: give --portal")
        try:
            until, changed = day("until", opts.until), day("changed-since", opts.changed_since)
            choice = ArticleFilter(
                portal=opts.portal,
                since=_iso(day("since", opts.since)),
                until=_iso(until + timedelta(days=1) if until else None),
                changed_since=utc(changed.astimezone(UTC)) if changed else None,
            )
            output = Path(opts.output) if opts.output else None
            with (
                closing(Store.open_to_read(self.settings["DATABASE"])) as store,
                store.reading(),
            ):
                conn = store.db.conn
                title = title_of(conn, opts.portal)
                write = FORMATS[opts.format]
                if opts.format == "atom":
                    write = partial(write_atom, portal=opts.portal, title=title)
                rows = with_progress(articles(conn, choice), count(conn, choice), "exporting", by=1)
                with opened(output) as file:
                    write(rows, file)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (StorageError, OSError, sqlite3.Error) as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])
        except PortalError as error:
            self.exitcode = print_error(error, USAGE_ERROR)


def _iso(at: Any) -> str | None:
    return at.isoformat() if at else None
