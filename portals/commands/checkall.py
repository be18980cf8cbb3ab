"""``scrapy checkall``: looks at a listing and two articles of every portal, and stores nothing."""

from __future__ import annotations

from portals.commands.base import CHOICE_OPTIONS, DOWNLOADER, PortalCommand, option


class Command(PortalCommand):
    """Prints what is wrong with each portal; the exit code says whether anything is."""

    usage = "[options]"
    summary = "Look at a listing and two articles of each portal, and name what is wrong"
    examples = (
        "scrapy checkall --sample 20",
        "scrapy checkall --kind union --json",
    )
    codes = (
        (1, "something is wrong with a portal"),
        (15, ""),
    )
    heeds = ("DATABASE", "REPLAY", "DISABLED_PORTALS", "USER_AGENT", "GONE_AFTER")
    json_help = "print a JSON list"
    loads_first = DOWNLOADER
    options = (
        *CHOICE_OPTIONS,
        option("--sample", type=int, metavar="N", help="only N portals, others every day"),
    )
