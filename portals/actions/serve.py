"""What ``scrapy serve`` does."""

from __future__ import annotations

import argparse
import logging
from contextlib import closing
from pathlib import Path

from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES

from portals.actions.sample import make_sample
from portals.commands.output import print_note, print_text
from portals.commands.serve import Command
from portals.configuration import data_folder
from portals.store.database import Store

_LAST_PORT = 65_535
_SAMPLE_NAME = "demo.db"


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError(f"unknown argument {args[0]!r}; the database is given with --db")
        if not 0 <= opts.port <= _LAST_PORT:
            raise UsageError(f"--port must be from 0 to {_LAST_PORT}")
        database = self._sample() if opts.sample else Path(self.database)
        with closing(Store.open_to_read(database)):
            pass  # what is wrong with it is reported before anybody comes to read
        # Imported late: other commands need no web server.
        from portals.serve.guard import HostNames  # noqa: PLC0415
        from portals.serve.server import serve  # noqa: PLC0415

        logging.basicConfig(level=logging.WARNING)
        names = HostNames.of(opts.host, opts.name)
        serve(database.resolve(), (opts.host, opts.port), names, opts.lang, _announce)

    def _sample(self) -> Path:
        """Return the database of the sample, which is made where it is missing."""
        is_given = (self.config.getpriority("DATABASE") or 0) >= SETTINGS_PRIORITIES["cmdline"]
        database = Path(self.database) if is_given else data_folder() / _SAMPLE_NAME
        if not database.exists():
            print_note(f"reading the sample into {database}; its texts are invented")
            make_sample(database)
        return database


def _announce(url: str) -> None:
    print_text(f"{url} (Ctrl-C ends it)")
