"""``scrapy archive check`` and ``scrapy archive prune``: maintenance of the WARC files."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Checks and prunes archives."""

    usage = "check [options] [WARC file or folder] ... | prune --older AGE [options]"
    summary = "Compare the archives with the database, or delete old pages from them"
    examples = (
        "scrapy archive check",
        "scrapy archive prune --older 104w --dry-run",
    )
    codes = (
        (10, "a page is damaged or missing, or interrupted"),
        (14, "a portal is being crawled"),
    )
    heeds = ("DATABASE", "ARCHIVE_DIR")
    json_help = "print a JSON list"
    options = (
        option("--portal", help="prune: only pages of this portal"),
        option("--older", metavar="AGE", help="prune: pages older than 90d, 52w"),
        option(
            "--keep-articles", action="store_true", help="prune: keep the pages of every revision"
        ),
        option(
            "--drop-current",
            action="store_true",
            help="prune: also drop the pages of current revisions",
        ),
        option("--dry-run", action="store_true", help="prune: print what would be dropped"),
    )
