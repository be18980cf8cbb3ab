"""``scrapy collect``: the one process of a cluster that writes the database and the archives."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Applies what nodes sent, until it is stopped."""

    usage = "[options]"
    summary = "Store what the nodes of a cluster crawl; runs until SIGTERM or Ctrl-C"
    examples = (
        "scrapy collect",
        "scrapy collect --once",
    )
    codes = (
        (10, ""),
        (14, "another collector is alive"),
        (15, "the database, the archive or PostgreSQL cannot be used"),
    )
    heeds = (
        "DATABASE",
        "ARCHIVE_DIR",
        "ARCHIVE_MAX_SIZE",
        "MIN_FREE_DISK",
        "CLUSTER_URL",
        "ALERT_URLS",
        "HEARTBEAT_URL",
    )
    options = (option("--once", action="store_true", help="store what waits now, then end"),)
