"""What ``scrapy history`` does."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from dataclasses import asdict

from rich.text import Text
from scrapy.exceptions import UsageError

from portals.actions.terminal import print_styled
from portals.commands.history import Command
from portals.commands.output import decode_argument, print_text, to_json
from portals.errors import PortalError
from portals.store.database import Store
from portals.store.history import History, Piece, excerpt, find_article, history_of

_CONTEXT = 60  # characters of unchanged text shown around a change


_STYLES = {"same": "", "deleted": "red strike", "inserted": "green bold"}


_SIGNS = {"same": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the id or the URL of one article")
        with closing(Store.open_to_read(self.database)) as store:
            article_id = find_article(store.db.conn, decode_argument(args[0]))
            if article_id is None:
                raise PortalError(f"there is no article {args[0]!r}; 'scrapy search' finds URLs")
            found = history_of(store.db.conn, article_id)
        if opts.json:
            print_text(to_json(asdict(found), indent=2))
        else:
            _show(found)


def _show(found: History) -> None:
    is_terminal = sys.stdout.isatty()
    lines = [Text(found.title, style="bold"), Text(found.url)]
    for number, step in enumerate(found.steps):
        flags = f"  changed: {', '.join(step.flags)}" if step.flags else ""
        flags = flags or ("" if number else "  first text")
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
    if len(found.steps) == 1 and not (found.edits or found.gone_at):
        lines.append(Text("no change was seen since", style="dim"))
    if found.gone_at:
        lines.append(Text(f"{found.gone_at}  withdrawn: the page is gone", style="bold red"))
    if is_terminal:
        print_styled(*lines)
    else:
        print_text("\n".join(line.plain for line in lines))


def _difference(pieces: list[Piece], *, is_terminal: bool) -> Text:
    """Return the changes with some of the unchanged text around them."""
    text = Text("  ")
    for number, piece in enumerate(pieces):
        shown = " ".join(piece.text.split())
        if piece.change == "same":
            shown = excerpt(
                shown, _CONTEXT, is_first=number == 0, is_last=number == len(pieces) - 1
            )
        opening, closing_ = ("", "") if is_terminal else _SIGNS[piece.change]
        text.append(f"{opening}{shown}{closing_}", _STYLES[piece.change])
        text.append(" ")
    return text
