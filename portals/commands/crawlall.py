"""``scrapy crawlall``: crawls every portal that has a spider, several in a process."""

from __future__ import annotations

import os

from portals.commands.base import (
    ARGUMENT_OPTIONS,
    CHOICE_OPTIONS,
    NOW_OPTION,
    PortalCommand,
    option,
)
from portals.commands.help import RUN_CODES


class Command(PortalCommand):
    """Runs the portals in a few processes; the exit code is the worst verdict."""

    usage = "[options]"
    summary = "Crawl every portal, several of them at once"
    examples = (
        "scrapy crawlall",
        "scrapy crawlall --only ldtd,brvt --max-requests 1000",
        'scrapy crawlall --kind union --province "Hải Phòng"',
    )
    codes = RUN_CODES
    heeds = ("DATABASE", "ARCHIVE_DIR", "REPLAY", "MAX_REQUESTS", "MAX_RUNTIME", "ERROR_BUDGET",
        "MIN_FREE_DISK", "ARCHIVE_MAX_SIZE", "RESUME", "CHECK_CLOCK", "MAX_RETRY_AFTER",
        "DOWNLOAD_DELAY", "USER_AGENT", "DISABLED_PORTALS", "ALERT_URLS",
        "HEARTBEAT_URL", "CLUSTER_URL")  # fmt: skip
    json_help = "print the runs as a JSON list"
    options = (
        NOW_OPTION,
        option(
            "-a",
            dest="spargs",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="set spider argument (may be repeated)",
        ),
        *ARGUMENT_OPTIONS,
        option("--only", metavar="NAMES", help="only these portals, comma-separated"),
        *CHOICE_OPTIONS,
        option(
            "--jobs", type=int, default=min(os.cpu_count() or 1, 4), metavar="N",
            help="processes at once [one a core, 4 at most]",
        ),
        option(
            "--per-process", type=int, default=8, metavar="K",
            help="portals at once in each process; 1: each portal has its own [8]",
        ),
    )  # fmt: skip
