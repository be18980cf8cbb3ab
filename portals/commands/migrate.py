"""``scrapy migrate``: brings a database of an earlier release up to date."""

from __future__ import annotations

from typing import ClassVar

from portals.commands.base import PortalCommand


class Command(PortalCommand):
    """Migrates the database; what it does is printed first, and a copy is kept."""

    usage: ClassVar[str] = ""
    summary = "Bring a database of an earlier release up to date; a copy is kept"
    examples = (
        "scrapy migrate",
        "scrapy migrate --db old.db",
    )
    codes = ((14, "a portal is being crawled"),)
