"""What ``scrapy export`` does."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from contextlib import closing
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.terminal import with_progress
from portals.commands.export import Command
from portals.commands.output import TerminalWriter, print_note
from portals.crawling.arguments import day, period
from portals.store.database import Store
from portals.store.export import (
    FORMATS,
    MAX_CELL,
    ArticleFilter,
    articles,
    count,
    count_long_cells,
    opened,
    title_of,
    write_atom,
)
from portals.timestamps import utc


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("export takes options only")
        if opts.format == "atom" and not opts.portal:
            raise UsageError("a feed is of one portal: give --portal")
        since, until = period(opts.since, opts.until)
        changed = day("changed-since", opts.changed_since)
        choice = ArticleFilter(
            portal=opts.portal,
            since=_iso(since),
            until=_iso(until),
            changed_since=utc(changed.astimezone(UTC)) if changed else None,
        )
        output = Path(opts.output) if opts.output else None
        if output:
            self.check_free_disk(output)
        with closing(Store.open_to_read(self.database)) as store, store.reading():
            conn = store.db.conn
            title = title_of(conn, opts.portal)
            write = FORMATS[opts.format]
            if opts.format == "atom":
                write = partial(write_atom, portal=opts.portal, title=title)
            rows = with_progress(articles(conn, choice), count(conn, choice), "exporting", by=1)
            long = Counter[str]()
            if opts.format == "csv":
                rows = count_long_cells(rows, long)
            with opened(output) as file:
                is_shown = output is None and sys.stdout.isatty() and opts.format != "parquet"
                write(rows, cast("BinaryIO", TerminalWriter(file)) if is_shown else file)
        for name, number in long.items():
            print_note(
                f"{number} cells of {name} are longer than the {MAX_CELL:,} characters that Excel"
                " holds; other programs read them whole, as they do jsonl and parquet"
            )


def _iso(at: Any) -> str | None:
    return at.isoformat() if at else None
