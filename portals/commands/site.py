"""``scrapy site FOLDER``: the web site as files, to put on a shelf or into an object store."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option

_LANGUAGES = ("vi", "en")


class Command(PortalCommand):
    """Writes the pages of 'serve' as files with relative links, with a search of their own."""

    usage = "[options] <folder>"
    summary = "Write the web site as files, which need no server"
    examples = ("scrapy site public", "scrapy site public --lang en --db articles.db")
    heeds = ("DATABASE", "MIN_FREE_DISK")
    options = (
        option("--lang", choices=_LANGUAGES, default="vi", help="language [%(default)s]"),
        option(
            "--searched",
            type=int,
            default=20_000,
            metavar="N",
            help="articles that the search of the copy finds, the newest; 0: none [%(default)s]",
        ),
    )
