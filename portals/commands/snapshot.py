"""``scrapy snapshot OUT``: a consistent copy of a database that is being written."""

from __future__ import annotations

from portals.commands.base import PortalCommand


class Command(PortalCommand):
    """Copies the database."""

    usage = "<file>"
    summary = "Write a consistent copy of the database, also while a crawl writes to it"
    examples = ("scrapy snapshot backup.db",)
    heeds = ("DATABASE", "MIN_FREE_DISK")
