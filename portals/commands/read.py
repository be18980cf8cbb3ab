"""``scrapy read URL|FILE``: what the reader sees on a page of any site, and by which rules."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option
from portals.commands.help import FETCH_CODES


class Command(PortalCommand):
    """Reads pages of any site and prints the fields with their rules; stores nothing.

    Exit code 10 if no page is an article.
    """

    usage = "[options] <URL, saved page (.html) or WARC file>"
    summary = "Read a page of any site: its fields and their rules, or why it is no article"
    examples = (
        "scrapy read https://laodongthudo.vn/bai-94661.html",
        "scrapy read page.html --markdown",
    )
    codes = (
        *FETCH_CODES,
        (10, "no page is an article"),
        (15, "the file cannot be read"),
    )
    heeds = ("REPLAY",)
    json_help = "print a JSON list: the fields, or 'reject' with its code"
    options = (option("--markdown", action="store_true", help="print the articles as Markdown"),)
