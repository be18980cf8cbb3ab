"""``scrapy serve``: a web site over the database, to read, search and browse."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option

_LANGUAGES = ("vi", "en")


class Command(PortalCommand):
    """Serves the database until Ctrl-C; writes nothing."""

    usage = "[options]"
    summary = "Read the articles in a browser: a web site over the database, on this machine"
    examples = (
        "scrapy serve",
        "scrapy serve --sample",
        "scrapy serve --db articles.db --port 8080 --lang en",
    )
    codes = ((10, ""),)
    options = (
        option("--host", default="127.0.0.1", help="address to listen on [%(default)s]"),
        option("--port", type=int, default=8001, help="port; 0: any free one [%(default)s]"),
        option(
            "--name",
            action="append",
            default=[],
            metavar="HOST",
            help="another name of this server, such as that of a proxy; may be repeated",
        ),
        option("--lang", choices=_LANGUAGES, default="vi", help="language [%(default)s]"),
        option(
            "--sample",
            action="store_true",
            help="the sample that comes with the program, whose texts are invented; without --db in"
            " demo.db of the data folder, which is made where it is missing",
        ),
    )
