"""What ``scrapy explain`` does."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from scrapy.exceptions import UsageError

from portals.commands.explain import Command
from portals.commands.output import print_rows
from portals.crawling.exit_codes import ExitCode, exit_codes
from portals.errors import PortalError
from portals.program import named


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise UsageError("give one exit code or verdict, or none")
        rows = exit_codes()
        wanted = [row for row in rows if not args or args[0].lower() in _names(row)]
        if not wanted:
            known = ", ".join(dict.fromkeys(" ".join(_names(row)) for row in rows))
            raise PortalError(f"there is no exit code or verdict {args[0]!r}; there are {known}")
        shown = [
            {
                name: named(value) if isinstance(value, str) else value
                for name, value in asdict(row).items()
            }
            for row in wanted
        ]
        print_rows(shown, as_json=opts.json)


def _names(row: ExitCode) -> list[str]:
    return [str(row.code), row.verdict] if row.verdict else [str(row.code)]
