"""``scrapy export``: articles as JSON lines, CSV, Parquet, Markdown or an Atom feed."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option

FORMATS = ("atom", "csv", "jsonl", "md", "parquet")


class Command(PortalCommand):
    """Writes articles for other tools."""

    usage = "--format jsonl|csv|parquet|md|atom [options]"
    summary = "Write the articles as JSON lines, CSV, Parquet, Markdown or an Atom feed"
    examples = (
        "scrapy export --format csv --output articles.csv",
        "scrapy export --portal ldtd --since 2024-01-01",
    )
    heeds = ("DATABASE", "MIN_FREE_DISK")
    options = (
        option(
            "--format", choices=FORMATS, default="jsonl", help="form of the output [%(default)s]"
        ),
        option("--output", metavar="FILE", help="replaced atomically; default: standard output"),
        option("--portal", help="only articles of this portal"),
        option("--since", help="only articles published on this day or later"),
        option("--until", help="only articles published on this day or before"),
        option("--changed-since", help="only what is new or changed since this day"),
    )
