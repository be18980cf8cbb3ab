"""``scrapy crawl NAME``: Scrapy's command, with one-line errors and the verdict as exit code."""

from __future__ import annotations

import argparse
import sys
from typing import Any, ClassVar

from scrapy.commands import BaseRunSpiderCommand

from portals.commands.base import ARGUMENT_OPTIONS, DOWNLOADER, NOW_OPTION, PortalCommand
from portals.commands.help import RUN_CODES


class Command(PortalCommand, BaseRunSpiderCommand):
    """Runs one portal and exits with its verdict."""

    default_settings: ClassVar[dict[str, Any]] = {}  # with a log
    usage = "[options] <portal>"
    summary = "Crawl one portal into the database; the exit code is the verdict"
    examples = (
        "scrapy crawl haiphong",
        "scrapy crawl haiphong --since 2024-01-01 --max-runtime 2h",
        "scrapy crawl haiphong --replay data/sample.warc.gz --db test.db",
    )
    codes = RUN_CODES
    heeds = ("DATABASE", "ARCHIVE_DIR", "REPLAY", "MAX_REQUESTS", "MAX_RUNTIME", "ERROR_BUDGET",
        "MIN_FREE_DISK", "ARCHIVE_MAX_SIZE", "RESUME", "CHECK_CLOCK", "MAX_RETRY_AFTER",
        "DOWNLOAD_DELAY", "USER_AGENT", "LOG_LEVEL", "CLUSTER_URL")  # fmt: skip
    json_help = "print the run as a JSON object"
    loads_first = DOWNLOADER
    options = (*ARGUMENT_OPTIONS, NOW_OPTION)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """On a terminal, log warnings only, so that the progress bar stays readable."""
        super().process_options(args, opts)
        if sys.stderr.isatty() and self.config.getpriority("LOG_LEVEL") != 40:
            self.config.set("LOG_LEVEL", "WARNING", priority="cmdline")
