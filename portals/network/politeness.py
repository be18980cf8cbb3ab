"""How a crawl behaves towards a portal beyond Scrapy's own: Crawl-delay, Retry-After, cookie stubs.

A crawl asks one portal, so that waiting for it is pausing the engine.
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

_MAX_DELAY = 120.0  # seconds; a Crawl-delay beyond it would make a night read 300 pages
_MAX_WAITS = 5  # a portal that says "later" more often in one run is left for the next night
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
        """Listen to what robots.txt says, and to every answer."""
        politeness = cls(crawler)
        crawler.signals.connect(politeness.robots_parsed, signals.robots_parsed)
        crawler.signals.connect(politeness.response_downloaded, signals.response_downloaded)
        return politeness

    @property
    def is_archive(self) -> bool:
        """Return True if a public archive is read in the portal's place."""
        arguments = getattr(self.crawler.spider, "arguments", None)
        return bool(getattr(arguments, "via", None))

    def robots_parsed(self, robotparser: RobotParser) -> None:
        """Take ``Crawl-delay`` as the least time between two requests."""
        asked = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"]) or 0.0
        delay = min(float(asked), _MAX_DELAY) if float(asked) > 0 else 0.0  # "nan" is asked too
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
        """Pause for as long as a busy portal asks, if that is not for ever."""
        engine = self.crawler.engine
        if response.status not in _BUSY or engine is None or engine.paused:
            if self.is_archive and response.status == _OK:
                self.waits = 0  # an archive is read for days: only refusals in a row count
            return
        wait = retry_after(response, datetime.now(UTC))
        if self.is_archive and not wait and response.status == _TOO_MANY:
            wait = self.crawler.settings.getfloat("WAYBACK_PAUSE")
        if not 0 < wait <= self.longest or self.waits >= _MAX_WAITS:
            return
        self.waits += 1
        logger.info("the portal asks to come back in %g seconds", wait)
        engine.pause()
        call_later(wait, engine.unpause)


def retry_after(response: Response, now: datetime) -> float:
    """Return the seconds that ``Retry-After`` asks for, as a number or a date; 0 without one."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
