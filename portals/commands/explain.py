"""``scrapy explain [CODE|VERDICT]``: what an exit code or a verdict means, and what to do."""

from __future__ import annotations

import argparse
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from portals.commands import print_error, print_rows
from portals.crawling.verdicts import EXIT_CODES, EXPLANATIONS, USAGE, USAGE_ERROR


class Command(ScrapyCommand):
    """Prints what an operator needs to know of how a run ended."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] [exit code or verdict]"

    def short_desc(self) -> str:
        """Return the description."""
        return "Tell what an exit code or a verdict means, and what to do"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--json``."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print all of them, or the one that was asked for."""
        if len(args) > 1:
            raise UsageError("give one exit code or verdict, or none")
        rows = explanations()
        wanted = [row for row in rows if not args or args[0].lower() in _names(row)]
        if not wanted:
            known = ", ".join(" ".join(_names(row)) for row in rows)
            message = f"there is no exit code or verdict {args[0]!r}; there are {known}"
            self.exitcode = print_error(message, USAGE_ERROR)
            return
        print_rows(wanted, as_json=opts.json)


def explanations() -> list[dict[str, Any]]:
    """Return every exit code as a row, in order; code 2 is of no run and has no verdict."""
    rows: list[dict[str, Any]] = [
        {"code": EXIT_CODES[verdict], "verdict": verdict, "meaning": meaning, "remedy": remedy}
        for verdict, (meaning, remedy) in EXPLANATIONS.items()
    ]
    usage = {"code": USAGE_ERROR, "verdict": None, "meaning": USAGE[0], "remedy": USAGE[1]}
    return sorted([*rows, usage], key=lambda row: row["code"])


def _names(row: dict[str, Any]) -> list[str]:
    return [str(row[key]) for key in ("code", "verdict") if row[key] is not None]
