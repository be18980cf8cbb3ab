"""``scrapy crawl NAME``: Scrapy's command, with one-line errors and the verdict as exit code."""

from __future__ import annotations

import argparse
import sys
from typing import Any, ClassVar

from scrapy.commands import BaseRunSpiderCommand

from portals.commands.base import DOWNLOADER, NOW_OPTION, PortalCommand


class Command(PortalCommand, BaseRunSpiderCommand):
    """Runs one portal and exits with its verdict."""

    default_settings: ClassVar[dict[str, Any]] = {}  # with a log
    usage = "[options] <portal>"
    summary = "Crawl one portal into the database; the exit code is the verdict"
    json_help = "print the run as a JSON object"
    loads_first = DOWNLOADER
    options = (NOW_OPTION,)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """On a terminal, log warnings only, so that the progress bar stays readable."""
        super().process_options(args, opts)
        if sys.stderr.isatty() and self.config.getpriority("LOG_LEVEL") != 40:
            self.config.set("LOG_LEVEL", "WARNING", priority="cmdline")
