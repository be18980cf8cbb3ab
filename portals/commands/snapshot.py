"""``scrapy snapshot OUT``: a consistent copy of a database that is being written."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Copies the database."""

    usage = "[options] <file>"
    summary = "Write a consistent copy of the database, also while a crawl writes to it"
    options = (
        option(
            "--keep",
            type=int,
            metavar="N",
            help="write FILE-YEAR-MONTH-DAY, and remove all but the newest N of these",
        ),
    )
    examples = ("scrapy snapshot backup.db", "scrapy snapshot copies/articles.db --keep 14")
    heeds = ("DATABASE", "MIN_FREE_DISK")
