"""``scrapy report OUT.html``: an HTML report in one file."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option

LANGUAGES = ("vi", "en")


class Command(PortalCommand):
    """Writes the report."""

    usage = "[options] <file.html>"
    summary = "Write an HTML report: portals, plots, coverage, syndication, latest articles"
    examples = ("scrapy report report.html --language en",)
    options = (
        option("--language", choices=LANGUAGES, default="vi", help="of the report [%(default)s]"),
    )
