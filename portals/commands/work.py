"""``scrapy work``: a node of a cluster, which crawls the portals that ``crawlall`` put in queue."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Crawls portals of the cluster's queue, each in a process of its own, until it is stopped."""

    usage = "[options]"
    summary = "Crawl what a cluster's queue holds; runs until SIGTERM or Ctrl-C"
    examples = (
        "scrapy work",
        "scrapy work --jobs 4",
    )
    codes = (
        (10, ""),
        (15, "CLUSTER_URL is wrong, PostgreSQL does not answer, or is of another version"),
    )
    heeds = ("CLUSTER_URL",)
    options = (
        option("--jobs", type=int, default=2, metavar="N", help="crawls at once"),
        option(
            "--stale-after",
            type=float,
            default=30.0,
            metavar="SECONDS",
            help="without a heartbeat for so long a worker is dead; the same on all nodes [30]",
        ),
    )
