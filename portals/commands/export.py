"""``scrapy export``: articles as JSON lines, CSV, Parquet, Markdown or an Atom feed."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option

FORMATS = ("atom", "csv", "jsonl", "md", "parquet")


class Command(PortalCommand):
    """Writes articles for other tools."""

    usage = "[--format jsonl|csv|parquet|md|atom] [options]"
    summary = "Write the articles as JSON lines, CSV, Parquet, Markdown or an Atom feed"
    examples = (
        "scrapy export --format csv --output articles.csv",
        "scrapy export --portal ldtd --since 2024-01-01",
        "scrapy export --format atom --since 2025-01-01 --output feed.xml",
        "scrapy export --card --output CARD.md",
    )
    heeds = ("DATABASE", "MIN_FREE_DISK")
    json_help = "with --card: as JSON instead of Markdown"
    options = (
        option(
            "--format", choices=FORMATS, default="jsonl", help="form of the output [%(default)s]"
        ),
        option("--output", metavar="FILE", help="replaced atomically; default: standard output"),
        option("--portal", help="only articles of this portal"),
        option("--since", help="only articles published on this day or later"),
        option("--until", help="only articles published on this day or before"),
        option("--changed-since", help="only what is new or changed since this day"),
        option(
            "--cut-cells",
            action="store_true",
            help="csv: cut cells that are longer than Excel holds, with a mark at their end",
        ),
        option(
            "--card",
            action="store_true",
            help="instead of the articles, what describes them: counts, fields, days, rights",
        ),
    )
