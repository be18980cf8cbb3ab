"""``scrapy doctor NAME``: checks how a portal is read, and proposes selectors that fix it."""

from __future__ import annotations

from typing import Any, ClassVar

from scrapy.commands import BaseRunSpiderCommand

from portals.commands.base import DOWNLOADER, PortalCommand


class Command(PortalCommand, BaseRunSpiderCommand):
    """Reads a few articles of a portal and prints which strategy extracts each field."""

    default_settings: ClassVar[dict[str, Any]] = {}  # with a log
    usage = "[options] <portal>"
    summary = "Check whether a portal is still read correctly (exit code 0, 20 or 21)"
    json_help = "print JSON"
    loads_first = DOWNLOADER
