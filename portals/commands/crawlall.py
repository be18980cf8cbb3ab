"""``scrapy crawlall``: crawls every portal that has a spider, each in its own process."""

from __future__ import annotations

from portals.commands.base import CHOICE_OPTIONS, NOW_OPTION, PortalCommand, option


class Command(PortalCommand):
    """Runs portals as separate processes; the exit code is the worst verdict."""

    usage = "[options]"
    summary = "Crawl every portal, each in its own process"
    json_help = "print the runs as a JSON list"
    options = (
        NOW_OPTION,
        option("-a", dest="spargs", action="append", default=[], metavar="NAME=VALUE"),
        option("--only", metavar="NAMES", help="only these portals, comma-separated"),
        *CHOICE_OPTIONS,
        option("--jobs", type=int, default=2, metavar="N", help="processes at once"),
    )
