"""``scrapy show ID|URL``: an article, to read on the terminal."""

from __future__ import annotations

from portals.commands.base import PortalCommand


class Command(PortalCommand):
    """Prints an article: headline, byline, lead, text, pictures, files, and where it is."""

    usage = "[options] <article id or URL>"
    summary = "Print an article for reading"
    examples = (
        "scrapy show 12",
        "scrapy show https://laodongthudo.vn/bai-94661.html --json",
    )
    json_help = "print a JSON object: the article, its versions, copies and provenance"
