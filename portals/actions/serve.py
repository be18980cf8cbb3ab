"""What ``scrapy serve`` does."""

from __future__ import annotations

import argparse
import logging
from contextlib import closing
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.commands.output import print_text
from portals.commands.serve import Command
from portals.store.database import Store

_LAST_PORT = 65_535


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError(f"unknown argument {args[0]!r}; the database is given with --db")
        if not 0 <= opts.port <= _LAST_PORT:
            raise UsageError(f"--port must be from 0 to {_LAST_PORT}")
        database = Path(self.database)
        with closing(Store.open_to_read(database)):
            pass  # what is wrong with it is reported before anybody comes to read
        # Imported late: other commands need no web server.
        from portals.serve.guard import HostNames  # noqa: PLC0415
        from portals.serve.server import serve  # noqa: PLC0415

        logging.basicConfig(level=logging.WARNING)
        names = HostNames.of(opts.host, opts.name)
        serve(database.resolve(), (opts.host, opts.port), names, opts.lang, _announce)


def _announce(url: str) -> None:
    print_text(f"{url} (Ctrl-C ends it)")
