"""``scrapy verify``: whether database, search index and archives are whole and agree."""

from __future__ import annotations

from portals.commands.base import PortalCommand


class Command(PortalCommand):
    """Checks everything that is stored.

    Exit code 15 if the database or its search index is damaged, 10 if only archives or times are.
    """

    usage = "[options]"
    summary = "Check that database, search index and archives are whole and agree"
    examples = (
        "scrapy verify",
        "scrapy verify --db backup.db --json",
    )
    codes = (
        (10, "only archives have a fault, or interrupted"),
        (15, "the database or its search index has a fault, or cannot be read"),
    )
    heeds = ("DATABASE", "ARCHIVE_DIR")
    json_help = "print the faults as a JSON list"
