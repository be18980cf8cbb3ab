"""``scrapy verify``: whether database, search index and archives are whole and agree."""

from __future__ import annotations

from portals.commands.base import PortalCommand


class Command(PortalCommand):
    """Checks everything that is stored.

    Exit code 15 if the database or its search index is damaged, 10 if only archives or times are.
    """

    usage = "[options]"
    summary = "Check that database, search index and archives are whole and agree"
    json_help = "print the faults as a JSON list"
