"""``scrapy search WORDS``: full-text search, with or without Vietnamese diacritics."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option

LIMIT = 20


class Command(PortalCommand):
    """Searches the articles."""

    usage = "[options] <words>"
    summary = "Search the articles, with or without Vietnamese diacritics"
    examples = (
        "scrapy search cong doan",
        'scrapy search "tiền lương" --portal ldtd --since 2024-01-01',
        "scrapy search công đoàn -sách",
        "scrapy search --rebuild",
    )
    codes = (
        (1, "no article matches"),
        (14, "--rebuild is running already"),
    )
    heeds = ("DATABASE", "MIN_FREE_DISK")
    takes_minus = True  # excludes a word
    json_help = "print a JSON list"
    options = (
        option("--portal", help="only articles of this portal"),
        option("--since", help="only articles published on this day or later"),
        option("--until", help="only articles published on this day or before"),
        option("--limit", type=int, default=LIMIT, help="maximum number of articles [%(default)s]"),
        option("--check", action="store_true", help="check the index, search nothing"),
        option("--rebuild", action="store_true", help="rebuild the index"),
    )
