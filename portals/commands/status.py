"""``scrapy status``: the state of each portal, and whether its crawls are overdue."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Prints one row for each portal that was crawled; ``--json`` has all of the catalogue."""

    usage = "[options] [portal] ..."
    summary = "Show the state of each portal: last run, newest article, when the next is due"
    examples = (
        "scrapy status",
        "scrapy status haiphong --max-age 2d",
        "scrapy status --settled",
    )
    codes = ((1, "a portal was not attempted within --max-age"),)
    heeds = ("DATABASE", "DISABLED_PORTALS")
    json_help = "print a JSON list of all portals"
    options = (
        option("--all", action="store_true", help="also portals that were never crawled"),
        option(
            "--settled",
            action="store_true",
            help="print instead the pages that could not be had in many nights",
        ),
        option(
            "--max-age",
            metavar="AGE",
            help="exit 1 where a portal was not attempted within 12h, 2d, 1w",
        ),
    )
