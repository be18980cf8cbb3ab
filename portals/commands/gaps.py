"""``scrapy gaps``: publication gaps, periods with far fewer articles than usual for the portal."""

from __future__ import annotations

from portals.commands.base import PortalCommand


class Command(PortalCommand):
    """Prints publication gaps; ``scrapy crawl NAME -a backfill=gaps`` fills them."""

    usage = "[options] [portal] ..."
    summary = "List publication gaps: periods with far fewer articles than usual for a portal"
    examples = (
        "scrapy gaps",
        "scrapy gaps haiphong --json",
    )
    json_help = "print a JSON list"
