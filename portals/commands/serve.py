"""``scrapy serve``: a web site over the database, to read, search and browse."""

from __future__ import annotations

import argparse
import logging
from contextlib import closing
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.commands.base import PortalCommand, option
from portals.commands.output import print_text
from portals.store.database import Store

_LANGUAGES = ("vi", "en")
_LAST_PORT = 65_535


class Command(PortalCommand):
    """Serves the database until Ctrl-C; writes nothing."""

    usage = "[options]"
    summary = "Read the articles in a browser: a web site over the database, on this machine"
    options = (
        option("--db", metavar="PATH", help="the database to serve [that of the setting DATABASE]"),
        option("--host", default="127.0.0.1", help="address to listen on [%(default)s]"),
        option("--port", type=int, default=8001, help="port; 0: any free one [%(default)s]"),
        option(
            "--name",
            action="append",
            default=[],
            metavar="HOST",
            help="another name of this server, such as that of a proxy; may be repeated",
        ),
        option("--lang", choices=_LANGUAGES, default="vi", help="language [%(default)s]"),
    )

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError(f"unknown argument {args[0]!r}; the database is given with --db")
        if not 0 <= opts.port <= _LAST_PORT:
            raise UsageError(f"--port must be from 0 to {_LAST_PORT}")
        database = Path(opts.db or self.database)
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
