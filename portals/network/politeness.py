"""Politeness that Scrapy lacks: Crawl-delay and Retry-After.

A crawl requests pages of one host only, so that it waits by pausing the engine.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.asyncio import call_later

logger = logging.getLogger(__name__)

_MAX_DELAY = 120.0  # seconds; with a longer Crawl-delay a nightly run would read under 300 pages
_MAX_WAITS = 5  # pauses in one run; further 429 and 503 answers are failures
_OK, _TOO_MANY = 200, 429
_BUSY = frozenset([_TOO_MANY, 503])


class Politeness:
    """Extension: waits as long as robots.txt and ``Retry-After`` ask."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.longest = crawler.settings.getfloat("MAX_RETRY_AFTER")
        self.waits = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Politeness:
        """Connect to the signals of parsed robots.txt files and of responses."""
        politeness = cls(crawler)
        crawler.signals.connect(politeness.robots_parsed, signals.robots_parsed)
        crawler.signals.connect(politeness.response_downloaded, signals.response_downloaded)
        return politeness

    @property
    def is_archive(self) -> bool:
        """Return True if a public archive is read instead of the portal."""
        arguments = getattr(self.crawler.spider, "arguments", None)
        return bool(getattr(arguments, "via", None))

    def robots_parsed(self, robotparser: RobotParser) -> None:
        """Use ``Crawl-delay`` as the minimum delay between two requests."""
        asked = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"]) or 0.0
        delay = min(float(asked), _MAX_DELAY) if float(asked) > 0 else 0.0  # may be "nan"
        throttle = self.crawler.get_extension(AutoThrottle)
        least = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        if delay <= least or self.crawler.engine is None:
            return
        logger.info("robots.txt asks for %g seconds between requests", delay)
        if throttle is not None:
            throttle.mindelay = delay
            throttle.maxdelay = max(throttle.maxdelay, delay)
        for slot in self.crawler.engine.downloader.slots.values():
            slot.delay = max(slot.delay, delay)

    def response_downloaded(self, response: Response) -> None:
        """Pause the engine for ``Retry-After`` seconds, up to ``MAX_RETRY_AFTER``."""
        engine = self.crawler.engine
        if response.status not in _BUSY or engine is None or engine.paused:
            if self.is_archive and response.status == _OK:
                self.waits = 0  # an archive is read for days: only consecutive refusals count
            return
        wait = retry_after(response, datetime.now(UTC))
        if self.is_archive and not wait and response.status == _TOO_MANY:
            wait = self.crawler.settings.getfloat("WAYBACK_PAUSE")
        if not 0 < wait <= self.longest or self.waits >= _MAX_WAITS:
            return
        self.waits += 1
        logger.info("pausing for %g seconds, as the portal requested", wait)
        engine.pause()
        call_later(wait, engine.unpause)


def retry_after(response: Response, now: datetime) -> float:
    """Return the seconds of ``Retry-After``, which may be a number or a date; 0 without one."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
