"""``scrapy similar ID``: near-duplicates of an article; ``--update`` compares new articles."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Prints the near-duplicates of an article."""

    usage = "[options] <article id or URL> | --update"
    summary = "Show the near-duplicates of an article: the same story in other words"
    examples = (
        "scrapy similar 12",
        "scrapy similar --update",
    )
    json_help = "print a JSON list"
    options = (option("--update", action="store_true", help="compare the articles in the queue"),)
