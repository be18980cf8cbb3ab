"""What ``scrapy export`` does."""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from dataclasses import asdict
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.terminal import with_progress
from portals.commands.export import Command
from portals.commands.output import TerminalWriter, print_note, print_text, to_json
from portals.crawling.arguments import day, period
from portals.store.data_card import CARD_HEADING, card_markdown, data_card
from portals.store.database import Store
from portals.store.export import ArticleFilter, articles, count, newest_first, title_of
from portals.store.export_formats import (
    FORMATS,
    MAX_CELL,
    WRITTEN,
    count_long_cells,
    cut_long_cells,
    opened,
    write_atom,
)
from portals.timestamps import utc, utc_now


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        _check(args, opts)
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
            title = title_of(store.db.conn, opts.portal)
            if opts.card:
                _write_card(store.db.conn, choice, opts, output)
                return
            long = _write_articles(store.db.conn, choice, opts, title, output)
        for name, number in long.items():
            print_note((_CUT if opts.cut_cells else _LONG).format(number, name, MAX_CELL))


_FILTERS = ("portal", "since", "until", "changed_since")
_LONG = (
    "{} cells of {} are longer than the {:,} characters that Excel holds; --cut-cells cuts them,"
    " other programs read them whole, as they do jsonl and parquet"
)
_CUT = "{} cells of {} were cut to the {:,} characters that Excel holds; each says so at its end"


def _check(args: list[str], opts: argparse.Namespace) -> None:
    wrong = (
        (args, "export takes options only"),
        (opts.json and not opts.card, "--json is for --card; articles: --format jsonl"),
        (opts.cut_cells and opts.format != "csv", "--cut-cells is for --format csv"),
    )
    for is_wrong, message in wrong:
        if is_wrong:
            raise UsageError(message)


def _write_articles(
    conn: sqlite3.Connection,
    choice: ArticleFilter,
    opts: argparse.Namespace,
    title: str,
    output: Path | None,
) -> Counter[str]:
    """Write the articles; return by field how many cells are longer than Excel holds."""
    write, read = FORMATS[opts.format], articles
    if opts.format == "atom":
        write, read = partial(write_atom, portal=opts.portal or "", title=title), newest_first
    rows = with_progress(read(conn, choice), count(conn, choice), "exporting", by=1)
    long = Counter[str]()
    if opts.format == "csv":
        rows = count_long_cells(rows, long)
    with opened(output, WRITTEN[opts.format]) as file:
        is_shown = output is None and sys.stdout.isatty() and opts.format != "parquet"
        out = cast("BinaryIO", TerminalWriter(file)) if is_shown else file
        write(cut_long_cells(rows) if opts.cut_cells else rows, out)
    return long


_CARD = re.compile(re.escape(CARD_HEADING.encode()))
_CARD_OF_JSON = re.compile(rb'\{\s*"created_at": "[^"]*",\s*"schema_version": ')


def _write_card(
    conn: sqlite3.Connection, choice: ArticleFilter, opts: argparse.Namespace, output: Path | None
) -> None:
    asked = {name: getattr(opts, name) for name in _FILTERS}
    card = data_card(conn, choice, asked, utc_now())
    text = to_json(asdict(card), indent=2) + "\n" if opts.json else card_markdown(card)
    if output is None:
        print_text(text.rstrip("\n"))
        return
    with opened(output, _CARD_OF_JSON if opts.json else _CARD) as file:
        file.write(text.encode())


def _iso(at: Any) -> str | None:
    return at.isoformat() if at else None
