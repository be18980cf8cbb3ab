"""``scrapy explain [CODE|VERDICT]``: the meaning of exit codes and verdicts, and what to do."""

from __future__ import annotations

from portals.commands.base import PortalCommand


class Command(PortalCommand):
    """Prints the meaning of exit codes and verdicts, with the remedy."""

    usage = "[options] [exit code or verdict]"
    summary = "Explain an exit code or a verdict, and what to do"
    examples = (
        "scrapy explain 12",
        "scrapy explain drift",
    )
    codes = ((15, ""),)
    heeds = ()
    json_help = "print a JSON list"
