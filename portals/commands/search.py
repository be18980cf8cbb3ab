"""``scrapy search WORDS``: articles by their words, with Vietnamese marks or without."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from typing import Any, ClassVar

from rich.console import Console
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from portals.commands import decode_argument, print_error, print_rows, print_text
from portals.crawling.arguments import day
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.errors import PortalError, StorageError
from portals.store.database import Store
from portals.store.export import title_of
from portals.store.search import LIMIT, Found, SearchQuery, faults, reindex, search

NOTHING_FOUND = 1
"""Exit code where no article matches, as grep's."""


_MOST = 10_000  # articles


class Command(ScrapyCommand):
    """Searches the articles."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] <words>"

    def short_desc(self) -> str:
        """Return the description."""
        return "Search the articles, with Vietnamese marks or without"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the filters, ``--json``, ``--check`` and ``--rebuild``."""
        super().add_options(parser)
        parser.add_argument("--portal", help="only articles that stand on this portal")
        parser.add_argument("--since", help="only articles published on this day or later")
        parser.add_argument("--until", help="only articles published on this day or before")
        parser.add_argument(
            "--limit", type=int, default=LIMIT, help="articles at most: %(default)s"
        )
        parser.add_argument("--json", action="store_true", help="print a JSON list")
        parser.add_argument("--check", action="store_true", help="check the index, search nothing")
        parser.add_argument("--rebuild", action="store_true", help="make the index anew")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Search, or look after the index."""
        assert self.settings is not None
        if not args and not (opts.check or opts.rebuild):
            raise UsageError("say what to search for")
        if opts.limit < 1:
            raise UsageError("--limit wants one article or more")
        database = self.settings["DATABASE"]
        try:
            if opts.rebuild:
                with closing(Store.open_existing(database)) as store, store.writing():
                    print(f"{reindex(store.db.conn)} articles indexed")
            elif opts.check:
                with closing(Store.open_existing(database)) as store:
                    self._check(store)
            else:
                until = day("until", opts.until)
                wanted = SearchQuery(
                    query=decode_argument(" ".join(args)),
                    portal=opts.portal,
                    since=_iso(day("since", opts.since)),
                    until=_iso(until + timedelta(days=1) if until else None),
                    limit=min(opts.limit, _MOST),
                )
                with closing(Store.open_to_read(database)) as store:
                    title_of(store.db.conn, opts.portal)
                    self._search(store, wanted, as_json=opts.json)
        except (StorageError, sqlite3.Error) as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])
        except PortalError as error:
            self.exitcode = print_error(error, USAGE_ERROR)

    def _check(self, store: Store) -> None:
        found = faults(store.db.conn)
        for fault in found:
            print(fault)
        if found:
            message = "the index is not in step; make it anew: scrapy search --rebuild"
            self.exitcode = print_error(message, EXIT_CODES["storage"])
        else:
            print("the index is in step with the articles")

    def _search(self, store: Store, wanted: SearchQuery, *, as_json: bool) -> None:
        found = search(store.db.conn, wanted)
        if as_json:
            print_rows([asdict(one) for one in found], as_json=True)
        elif sys.stdout.isatty():
            _show(found)
        else:
            print_rows([_row(one) for one in found])
        if not found:
            self.exitcode = NOTHING_FOUND
            print("nothing found", file=sys.stderr)


def _iso(at: Any) -> str | None:
    return at.isoformat() if at else None


def _row(one: Found) -> dict[str, Any]:
    """Return a line for a pipe: matches stand in square brackets."""
    text = one.snippet
    for start, end in reversed(one.marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return {
        "id": one.article_id, "portal": one.portal, "published": (one.published_at or "")[:10],
        "title": one.title, "snippet": text, "url": one.url,
    }  # fmt: skip


def _show(found: list[Found]) -> None:
    """Show on a terminal: matches are bold."""
    console = Console()
    for one in found:
        head = Text(one.title, style="bold")
        head.append(f"  {one.portal} {(one.published_at or '')[:10]} #{one.article_id}", "dim")
        console.print(head)
        snippet = Text(one.snippet)
        for start, end in one.marks:
            snippet.stylize("bold yellow", start, end)
        console.print(snippet)
        print_text(f"{one.url}\n")
