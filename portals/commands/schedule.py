"""``scrapy schedule``: a nightly crawl of every portal, as lines for cron or units for systemd."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Prints a schedule, which the operator installs."""

    usage = "--cron|--systemd [options]"
    summary = "Print a nightly schedule for cron or systemd"
    examples = (
        "scrapy schedule --cron",
        "scrapy schedule --systemd --at 01:00 --jitter 1h",
    )
    codes = ((15, ""),)
    heeds = ("CLUSTER_URL",)
    options = (
        option("--cron", action="store_true", help="lines for 'crontab -e'"),
        option(
            "--systemd",
            action="store_true",
            help="services and their timers; with CLUSTER_URL those of collect and work too",
        ),
        option("--at", default="02:30", metavar="HH:MM", help="start (default: 02:30)"),
        option(
            "--jitter", default="30m", metavar="TIME", help="start later by up to this, 6h at most"
        ),
        option(
            "--user", action="store_true", help="units for 'systemctl --user', not for the system"
        ),
    )
