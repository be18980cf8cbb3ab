"""``scrapy history URL``: the revisions and edits of an article."""

from __future__ import annotations

from portals.commands.base import PortalCommand


class Command(PortalCommand):
    """Prints the revisions and edits of an article, and whether it was withdrawn."""

    usage = "[options] <article id or URL>"
    summary = "Show the revisions of an article and their differences, word by word"
    examples = (
        "scrapy history 12",
        "scrapy history https://laodongthudo.vn/bai-94661.html",
    )
    json_help = "print a JSON object"
