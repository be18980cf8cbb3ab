"""``scrapy archive``: checking, pruning and packing of the WARC files."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Checks, prunes and packs archives."""

    usage = (
        "check [options] [WARC file or folder] ... | prune --older AGE [options]"
        " | pack FILE.wacz [options] [WARC file or folder] ..."
    )
    summary = "Compare the archives with the database, delete old pages from them, or pack them"
    examples = (
        "scrapy archive check",
        "scrapy archive prune --older 104w --dry-run",
        "scrapy archive pack haiphong.wacz --portal haiphong",
    )
    codes = (
        (10, "a page is damaged or missing, a file could not be packed, or interrupted"),
        (14, "a portal is being crawled"),
    )
    heeds = ("DATABASE", "ARCHIVE_DIR")
    json_help = "print a JSON list"
    options = (
        option("--portal", help="prune: only pages of this portal; pack: only its archives"),
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
