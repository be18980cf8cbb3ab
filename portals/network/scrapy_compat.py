"""The private names of Scrapy and Twisted that several modules use."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from scrapy.crawler import Crawler
from scrapy.utils.defer import _schedule_coro


def schedule(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine in the running reactor."""
    _schedule_coro(coroutine)


def close_spider(crawler: Crawler, reason: str) -> None:
    """Close the spider with ``reason``, if a crawl is running."""
    if crawler.engine is not None and crawler.engine.spider:
        schedule(crawler.engine.close_spider_async(reason=reason))
