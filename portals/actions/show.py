"""What ``scrapy show`` does."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict

from rich.text import Text
from scrapy.exceptions import UsageError

from portals.actions.terminal import print_styled
from portals.commands.output import decode_argument, print_text, to_json
from portals.commands.show import Command
from portals.errors import PortalError
from portals.store.article_page import ArticleView, article_view
from portals.store.database import Store
from portals.store.history import find_article

_WIDEST = 80  # columns of a line that is read with ease


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the id or the URL of one article")
        with closing(Store.open_to_read(self.database)) as store, store.reading():
            article_id = find_article(store.db.conn, decode_argument(args[0]))
            view = article_view(store.db.conn, article_id) if article_id is not None else None
        if view is None:
            raise PortalError(f"there is no article {args[0]!r}; 'scrapy search' finds URLs")
        if opts.json:
            print_text(to_json(asdict(view), indent=2))
            return
        lines = list(_lines(view))
        if sys.stdout.isatty():
            print_styled(*lines)
        else:
            print_text("\n".join(line.plain for line in lines))


def _lines(view: ArticleView) -> Iterator[Text]:
    row = view.article
    yield from _filled(row["title"], "bold")
    yield Text(" · ".join(_about(view)), "dim")
    yield Text(row["url"], "dim")
    if view.gone_at:
        yield Text(f"withdrawn: the page is gone since {view.gone_at}", "bold red")
    if len(view.history.steps) > 1:
        yield Text(
            f"edited: {len(view.history.steps)} versions; 'scrapy history {row['id']}'", "yellow"
        )
    for paragraph in [row["lead"], *row["body"].split("\n\n")]:
        if paragraph:
            yield Text()
            yield from _filled(paragraph, "italic" if paragraph is row["lead"] else "")
    extras = [("picture", one["caption"], one["url"]) for one in view.images]
    extras += [("file", one["title"], one["url"]) for one in view.attachments]
    extras += [("also at", one.title, one.url) for one in view.copies if one.url != row["url"]]
    if extras:
        yield Text()
    for what, title, url in extras:
        yield Text(" ".join(part for part in (f"{what}:", title, url) if part))


def _about(view: ArticleView) -> list[str]:
    row = view.article
    at = row["published_at"] or "undated"
    published = at[:16].replace("T", " ") if row["published_precision"] == "minute" else at[:10]
    found = (row["portal_title"] or row["portal"], published, row["author"], row["source"])
    return [str(part) for part in (*found, row["section"], f"#{row['id']}") if part]


def _filled(text: str, style: str) -> Iterator[Text]:
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    for line in textwrap.wrap(text, width) or [""]:
        yield Text(line, style)
