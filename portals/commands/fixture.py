"""``scrapy fixture URL``: stores a page of a portal and the extracted fields as a test fixture."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option
from portals.commands.help import FETCH_CODES


class Command(PortalCommand):
    """Writes a fixture, or updates the expected fields of an existing one."""

    usage = "[options] <url | tests/fixtures/NAME/PAGE.json>"
    summary = "Store a page as a test fixture, or read a stored one again"
    examples = (
        "scrapy fixture https://laodongthudo.vn/bai-94661.html --rewrite",
        "scrapy fixture tests/fixtures/haiphong/article.json",
    )
    codes = (
        *FETCH_CODES,
        (15, "a file cannot be written"),
    )
    heeds = ("REPLAY",)
    json_help = "print what was written as JSON"
    options = (
        option("--portal", metavar="NAME", help="portal of the page; default: found by its host"),
        option("--warc", metavar="FILE", help="take the page from this archive"),
        option("--reject", action="store_true", help="store a page that must be rejected"),
        option(
            "--rewrite",
            action="store_true",
            help="replace the words of the page, so that the fixture has no copyrighted text",
        ),
        option("--force", action="store_true", help="overwrite a fixture of that name"),
    )
