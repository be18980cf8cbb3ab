"""Every private name of Scrapy and Twisted that the project uses, but for those of HTTP.

When a new release of either renames one, this file or ``http_compat.py`` is what has to change.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.utils.defer import _schedule_coro
from scrapy.utils.log import _get_handler
from twisted.internet._resolver import GAIResolver


def schedule(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine in the running reactor."""
    _schedule_coro(coroutine)


def close_spider(crawler: Crawler, reason: str) -> None:
    """Close the spider with ``reason``, if a crawl is running."""
    if crawler.engine is not None and crawler.engine.spider:
        schedule(crawler.engine.close_spider_async(reason=reason))


def system_resolver(reactor: Any) -> Any:
    """Return the operating system's resolver (``IHostnameResolver``) for IPv4 and IPv6."""
    lookup: Any = socket.getaddrinfo
    return GAIResolver(reactor, getaddrinfo=lookup)


def log_handler(settings: Settings) -> logging.Handler:
    """Return the handler of the log that the settings ``LOG_…`` describe."""
    return _get_handler(settings)


def edit_file(editor: str, path: Path) -> int:
    """Open ``path`` in an editor as ``scrapy edit`` does, and return its exit code."""
    from scrapy.commands import edit  # noqa: PLC0415 - a crawl needs none

    return int(edit._edit_file(editor, path))
