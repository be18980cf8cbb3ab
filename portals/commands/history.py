"""``scrapy history URL``: the texts of an article, and what was changed without a word."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from dataclasses import asdict
from typing import Any, ClassVar

from rich.console import Console
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from portals.commands import decode_argument, print_error, print_text, to_json
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.errors import StorageError
from portals.store.database import Store
from portals.store.history import History, Piece, find_article, history_of

_CONTEXT = 60  # characters of what stayed that are shown beside a change
_STYLES = {"same": "", "deleted": "red strike", "inserted": "green bold"}
_SIGNS = {"same": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}


class Command(ScrapyCommand):
    """Tells what became of an article."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] <article id or address>"

    def short_desc(self) -> str:
        """Return the description."""
        return "Show the texts of an article and how they differ, word by word"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--json``."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print a JSON object")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the history of one article."""
        assert self.settings is not None
        if len(args) != 1:
            raise UsageError("give one article, by its address or its id")
        try:
            with closing(Store.open_to_read(self.settings["DATABASE"])) as store:
                article_id = find_article(store.db.conn, decode_argument(args[0]))
                if article_id is None:
                    message = f"there is no article {args[0]!r}; 'scrapy search' finds addresses"
                    self.exitcode = print_error(message, USAGE_ERROR)
                    return
                found = history_of(store.db.conn, article_id)
        except (StorageError, sqlite3.Error) as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])
            return
        if opts.json:
            print_text(to_json(asdict(found), indent=2))
        else:
            _show(found)


def _show(found: History) -> None:
    is_terminal = sys.stdout.isatty()
    lines = [Text(found.title, style="bold"), Text(found.url)]
    for step in found.steps:
        flags = f"  changed: {', '.join(step.flags)}" if step.flags else ""
        via = f" via {step.via}" if step.via else ""
        lines.append(Text(f"{step.seen_at}{via}{flags}", style="bold"))
        if step.pieces:
            lines.append(_difference(step.pieces, is_terminal=is_terminal))
    for edit in found.edits:
        at = "" if edit.url == found.url else f" at {edit.url}"
        by = "by the portal" if edit.cause == "portal" else "by a newer reader"
        lines.append(
            Text(f"{edit.seen_at}  {edit.field}: {edit.before!r} became {edit.after!r}, {by}{at}")
        )
    if found.gone_at:
        lines.append(Text(f"{found.gone_at}  withdrawn: the page is gone", style="bold red"))
    if is_terminal:
        console = Console()
        for line in lines:
            console.print(line)
    else:
        print_text("\n".join(line.plain for line in lines))


def _difference(pieces: list[Piece], *, is_terminal: bool) -> Text:
    """Return the changes with a little of what stands around them."""
    text = Text("  ")
    for number, piece in enumerate(pieces):
        shown = " ".join(piece.text.split())
        if piece.change == "same":
            shown = _shortened(shown, is_first=number == 0, is_last=number == len(pieces) - 1)
        opening, closing_ = ("", "") if is_terminal else _SIGNS[piece.change]
        text.append(f"{opening}{shown}{closing_}", _STYLES[piece.change])
        text.append(" ")
    return text


def _shortened(text: str, *, is_first: bool, is_last: bool) -> str:
    head = "" if is_first else text[:_CONTEXT]
    tail = "" if is_last else text[-_CONTEXT:]
    if len(text) <= len(head) + len(tail):
        return text
    return f"{head}…{tail}"
