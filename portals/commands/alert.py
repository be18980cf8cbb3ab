"""``scrapy alert --test``: sends a test message, and prints which addresses took it."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Sends a message to every URL of ``ALERT_URLS``; of each only the scheme is printed."""

    usage = "--test [--json]"
    summary = "Send a test message to ALERT_URLS"
    json_help = "print a JSON list"
    examples = ("scrapy alert --test",)
    heeds = ("ALERT_URLS",)
    options = (option("--test", action="store_true", help="send the message; required"),)
