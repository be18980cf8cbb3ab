"""``scrapy portals [NAME]``: the catalogue, or one portal with its learned URL patterns.

``--check`` looks for mistakes in it instead.
"""

from __future__ import annotations

from portals.commands.base import CHOICE_OPTIONS, PortalCommand, option


class Command(PortalCommand):
    """Prints the catalogue, or one portal."""

    usage = "[options] [portal]"
    summary = "Show the catalogue, or what is known of one portal"
    examples = (
        "scrapy portals --state live",
        "scrapy portals haiphong --json",
        "scrapy portals --check",
    )
    codes = (
        (1, "--check found mistakes"),
        (15, ""),
    )
    json_help = "print JSON"
    options = (
        *CHOICE_OPTIONS,
        option("--check", action="store_true", help="look for mistakes in the catalogue instead"),
    )
