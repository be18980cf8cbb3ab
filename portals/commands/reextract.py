"""``scrapy reextract``: extracts the articles of archived pages again, without crawling."""

from __future__ import annotations

import os

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Reads archives and stores their articles."""

    usage = "[options] [WARC file or folder] ..."
    summary = "Extract the articles of archived pages into the database, without crawling"
    examples = (
        "scrapy reextract --dry-run",
        "scrapy reextract --portal haiphong --since 2024-01-01",
        "scrapy reextract data/sample.warc.gz --db test.db",
    )
    codes = (
        (10, "interrupted, a damaged record, or no page of a portal"),
        (14, "another one is running"),
        (17, "the reader failed on a page"),
    )
    heeds = ("DATABASE", "ARCHIVE_DIR", "MIN_FREE_DISK", "CHECK_CLOCK")
    json_help = "print the counts as a JSON list"
    options = (
        option(
            "--portal",
            help="read the archived pages of this portal; with files, treat every host as it",
        ),
        option("--since", help="skip pages captured before this day"),
        option("--dry-run", action="store_true", help="print the changes without storing them"),
        option(
            "--jobs",
            type=int,
            default=os.cpu_count() or 1,
            help="number of worker processes [%(default)s]",
        ),
    )
