"""``scrapy genspider NAME URL``: examines a site and adds it as a portal, with a passing test.

Scrapy's own flags work as in Scrapy. With ``-t`` and one of Scrapy's templates it writes that
spider and a row of the catalogue, without which a portal cannot be crawled.
"""

from __future__ import annotations

import argparse

from scrapy.commands import genspider

from portals.commands.base import CheckedCommand, action_of
from portals.commands.help import FETCH_CODES
from portals.commands.output import print_error
from portals.crawling.exit_codes import USAGE_ERROR
from portals.errors import PortalError


class Command(CheckedCommand, genspider.Command):
    """Adds a portal: a row of the catalogue, a page fixture and, if needed, a spider."""

    requires_project = True
    heeds = ("DATABASE", "REPLAY")
    examples = (
        "scrapy genspider congdoan https://congdoan.example/",
        "scrapy genspider congdoan site.warc.gz --spider",
    )
    codes = FETCH_CODES

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] <name> <url | WARC file>"

    def short_desc(self) -> str:
        """Return the description."""
        return "Examine a site and add it as a portal, with a passing test"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ours to Scrapy's options."""
        super().add_options(parser)
        parser.set_defaults(template="")
        parser.add_argument("--spider", action="store_true", help="write a spider file too")
        parser.add_argument("--warc", metavar="FILE", help="examine this archive of the site")
        parser.add_argument(
            "--article",
            metavar="URL",
            help="URL of the article for the fixture; default: the first one",
        )
        parser.add_argument(
            "--json", action="store_true", help="print the report on the site as JSON"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the action."""
        try:
            args = self.check_given(args)
        except PortalError as error:
            self.exitcode = print_error(error, USAGE_ERROR)
            return
        action = action_of(self)
        action.run(args, opts)
        self.exitcode = action.exitcode
