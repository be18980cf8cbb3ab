"""``scrapy schedule``: a nightly crawl of every portal, as lines for cron or units for systemd."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.utils.conf import closest_scrapy_cfg

from portals.commands import print_error, print_text
from portals.crawling.verdicts import USAGE_ERROR
from portals.operations.cron_systemd import (
    Schedule,
    cron_lines,
    parse_time_of_day,
    systemd_units,
)
from portals.timestamps import ScheduleError, parse_duration


class Command(ScrapyCommand):
    """Prints a schedule; putting it in its place is the operator's."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "--cron|--systemd [options]"

    def short_desc(self) -> str:
        """Return the description."""
        return "Print a nightly schedule for cron or systemd"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the form, the time and the jitter."""
        super().add_options(parser)
        parser.add_argument("--cron", action="store_true", help="two lines for 'crontab -e'")
        parser.add_argument("--systemd", action="store_true", help="a service and its timer")
        parser.add_argument("--at", default="02:30", metavar="HH:MM", help="start (default: 02:30)")
        parser.add_argument(
            "--jitter", default="30m", metavar="TIME", help="start later by up to this, 6h at most"
        )
        parser.add_argument(
            "--user", action="store_true", help="units for 'systemctl --user', not for the system"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the schedule."""
        if args:
            raise UsageError("schedule takes options only, see 'scrapy schedule -h'")
        if opts.cron == opts.systemd:
            self.exitcode = print_error(
                "there is one schedule at a time; give --cron or --systemd", USAGE_ERROR
            )
            return
        try:
            schedule = Schedule(
                project=_project(),
                interpreter=Path(sys.executable),
                at=parse_time_of_day(opts.at),
                jitter=parse_duration(opts.jitter),
                user=None if opts.user or opts.cron else _user(),
            )
            text = cron_lines(schedule) if opts.cron else systemd_units(schedule)
        except ScheduleError as error:
            self.exitcode = print_error(error, USAGE_ERROR)
            return
        print_text(text.rstrip("\n"))


def _project() -> Path:
    """Return the folder in which ``scrapy`` finds the project."""
    found = closest_scrapy_cfg()
    return Path(found).parent.absolute() if found else Path.cwd()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number that no account has, as in some containers
        return str(os.getuid())
