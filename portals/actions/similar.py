"""What ``scrapy similar`` does."""

from __future__ import annotations

import argparse
import shlex
from contextlib import closing

from scrapy.exceptions import UsageError

from portals.actions.terminal import with_progress
from portals.commands.output import decode_argument, print_note, print_outcome, print_rows
from portals.commands.similar import Command
from portals.errors import PortalError
from portals.store.articles import headline
from portals.store.database import Store
from portals.store.history import find_article
from portals.store.similar import everywhere, queue_length, update


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != (0 if opts.update else 1):
            raise UsageError("give the id or the URL of one article, or --update")
        if opts.update:
            with closing(Store.open_existing(self.database)) as store:
                count = sum(with_progress(update(store), queue_length(store), "comparing"))
            print_outcome(f"{count} articles compared")
            return
        with closing(Store.open_to_read(self.database)) as store:
            _show(store, self.database, args[0], as_json=opts.json)


def _show(store: Store, database: str, given: str, *, as_json: bool) -> None:
    conn = store.db.conn
    article_id = find_article(conn, decode_argument(given))
    if article_id is None:
        raise PortalError(f"there is no article {given!r}; 'scrapy search' finds ids")
    rows = []
    for one in everywhere(conn, article_id):
        shown = headline(conn, one.article_id)
        rows.append({"id": one.article_id, "similarity": one.similarity, **shown})
    print_rows(rows, as_json=as_json)
    left = queue_length(store)
    if not rows:
        print_note(f"no article is similar to {article_id}{' so far' if left else ''}")
    if left:
        command = f"scrapy similar --update --db {shlex.quote(database)}"
        print_note(f'{left} articles are not compared yet; "{command}" compares them')
