"""What ``scrapy search`` does."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.text import Text
from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.terminal import print_styled, with_progress
from portals.commands.output import (
    decode_argument,
    print_note,
    print_outcome,
    print_rows,
    print_text,
)
from portals.commands.search import Command
from portals.crawling.arguments import period
from portals.crawling.exit_codes import NOTHING_FOUND
from portals.errors import StorageError
from portals.store.database import Store
from portals.store.export import title_of
from portals.store.portal_lock import PortalLock
from portals.store.search import Found, SearchQuery, faults, match_of, search
from portals.store.search_rebuild import REBUILD, rebuild
from portals.store.statistics import row_counts

_MOST = 10_000  # articles
_NO_WORD = "nothing found: give a word to search for; one behind a minus sign only excludes"


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if not args and not (opts.check or opts.rebuild):
            raise UsageError("give the words to search for")
        if opts.limit < 1:
            raise UsageError("--limit must be at least 1")
        if opts.rebuild:
            self.check_free_disk(Path(self.database))
            self._rebuild()
            return
        if opts.check:
            with closing(Store.open_existing(self.database)) as store:
                _check(store, as_json=opts.json)
            return
        since, until = period(opts.since, opts.until)
        query = SearchQuery(
            query=decode_argument(" ".join(args)),
            portal=opts.portal,
            since=_iso(since),
            until=_iso(until),
            limit=min(opts.limit, _MOST),
        )
        with closing(Store.open_to_read(self.database)) as store:
            title_of(store.db.conn, opts.portal)
            self._search(store, query, as_json=opts.json)

    def _rebuild(self) -> None:
        """Rebuild the index in short transactions; crawls beside it go on."""
        with (
            closing(Store.open_existing(self.database)) as store,
            PortalLock(self.database, REBUILD).hold(),
        ):
            conn = store.db.conn
            total = row_counts(conn, ["articles"])["articles"]
            count = sum(with_progress(rebuild(conn), total, "indexing"))
        print_outcome(f"{count} articles indexed")

    def _search(self, store: Store, query: SearchQuery, *, as_json: bool) -> None:
        found = search(store.db.conn, query)
        if as_json:
            print_rows([asdict(one) for one in found], as_json=True)
        elif sys.stdout.isatty():
            _show(found)
        else:
            print_rows([_row(one) for one in found])
        if not found:
            self.exitcode = NOTHING_FOUND
            has_words = match_of(query.query, "folded")
            print_note("nothing found" if has_words else _NO_WORD)


def _check(store: Store, *, as_json: bool) -> None:
    """Compare the search index with the articles. Raises StorageError if they differ."""
    found = faults(store.db.conn)
    if as_json:
        print_rows([{"fault": fault} for fault in found], as_json=True)
    else:
        for fault in found:
            print_outcome(fault)
    if found:
        raise StorageError("the search index is out of date; run 'scrapy search --rebuild'")
    if not as_json:
        print_outcome("the search index is up to date")


def _iso(at: Any) -> str | None:
    return at.isoformat() if at else None


def _row(one: Found) -> dict[str, Any]:
    """Return a row for a pipe: matches are in square brackets."""
    text = one.snippet
    for start, end in reversed(one.marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return {
        "id": one.article_id, "portal": one.portal, "published": (one.published_at or "")[:10],
        "title": one.title, "snippet": text, "url": one.url,
    }  # fmt: skip


def _show(found: list[Found]) -> None:
    """Print on a terminal, with matches in bold."""
    for one in found:
        head = Text(one.title, style="bold")
        head.append(f"  {one.portal} {(one.published_at or '')[:10]} #{one.article_id}", "dim")
        snippet = Text(one.snippet)
        for start, end in one.marks:
            snippet.stylize("bold yellow", start, end)
        print_styled(head, snippet)
        print_text(f"{one.url}\n")
