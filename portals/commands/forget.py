"""``scrapy forget URL``: takes articles down, so that nothing stores them again."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Deletes articles with everything that is stored of them, and marks their URLs.

    Exit code 2 if a URL is unknown, 14 if a crawl is running, 10 if something is left.
    """

    usage = "[options] URL ... | --list | --undo URL ... | --resume"
    summary = "Take articles down: their rows, search entries and archived records"
    json_help = "print JSON: what is taken down, or a list of marks"
    examples = (
        "scrapy forget https://baotang.example.vn/don-thu-12.html --dry-run",
        "scrapy forget --list",
    )
    heeds = ("DATABASE", "ARCHIVE_DIR")
    options = (
        option("--reason", metavar="TEXT", help="why, for --list; say nothing private"),
        option("--copies", action="store_true", help="also the other URLs with the same text"),
        option("--dry-run", action="store_true", help="print what would be taken down"),
        option("--list", action="store_true", help="print the URLs that were taken down"),
        option("--undo", action="store_true", help="let crawls and archives bring URLs back"),
        option("--resume", action="store_true", help="finish what was interrupted"),
    )
