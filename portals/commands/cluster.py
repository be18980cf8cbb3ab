"""``scrapy cluster init`` and ``status``: the PostgreSQL database of several machines."""

from __future__ import annotations

from portals.commands.base import PortalCommand


class Command(PortalCommand):
    """Creates the tables of a cluster, and shows what it does."""

    usage = "init | status [--json]"
    summary = "Create the tables of several machines' PostgreSQL, or show what they do"
    examples = (
        "scrapy cluster init",
        "scrapy cluster status",
    )
    codes = (
        (10, "interrupted"),
        (15, "CLUSTER_URL is wrong, PostgreSQL does not answer, or is of another version"),
    )
    heeds = ("CLUSTER_URL",)
    json_help = "status: print a JSON object"
