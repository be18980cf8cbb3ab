"""Politeness that Scrapy lacks: Crawl-delay and Retry-After.

A crawl requests pages of one host only, so that it waits by pausing the engine. Where a server
asks for more than ``MAX_RETRY_AFTER`` seconds, the run ends, and no run requests anything from it
before that time.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.asyncio import call_later

from portals.network.scrapy_compat import close_spider
from portals.network.server_records import server_records
from portals.network.servers import server_of
from portals.outcomes import Counter
from portals.store.holds import Hold
from portals.timestamps import utc, utc_now

logger = logging.getLogger(__name__)

_MAX_DELAY = 120.0  # seconds; with a longer Crawl-delay a nightly run would read under 300 pages
_MAX_WAITS = 5  # pauses in one run; further 429 and 503 answers are failures
_OK, _TOO_MANY = 200, 429
_BUSY = frozenset([_TOO_MANY, 503])
_LONGEST_HOLD = timedelta(hours=24)  # a Retry-After of years is a mistake

POSTPONED = "postponed"
"""Close reason of a run whose server asked for a longer wait; a later run resumes it."""


class HeldPageError(IgnoreRequest):
    """A page that is not requested yet: it answered 503 and said until when."""


class Politeness:
    """Extension: waits as long as robots.txt and ``Retry-After`` ask."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.longest = crawler.settings.getfloat("MAX_RETRY_AFTER")
        self.waits = 0
        self._busy_urls: set[str] = set()  # since the last answer that was not "busy"

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

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Pause the engine for ``Retry-After`` seconds, or hold page or server for longer times."""
        engine = self.crawler.engine
        if response.status not in _BUSY:
            self._busy_urls.clear()
        if response.status not in _BUSY or engine is None or engine.paused:
            if self.is_archive and response.status == _OK:
                self.waits = 0  # an archive is read for days: only consecutive refusals count
            return
        wait = retry_after(response, utc_now())
        if wait > self.longest:
            self._hold(request, response.status, wait)
            return
        if self.is_archive and not wait and response.status == _TOO_MANY:
            wait = self.crawler.settings.getfloat("WAYBACK_PAUSE")
        if not wait or self.waits >= _MAX_WAITS:
            return
        self.waits += 1
        logger.info("pausing for %g seconds, as the portal requested", wait)
        engine.pause()
        call_later(wait, engine.unpause)

    def _hold(self, request: Request, status: int, wait: float) -> None:
        """Hold the page, or its server: after 429, for robots.txt, or with a second busy page."""
        if self.crawler.settings["REPLAY"]:
            return
        now = utc_now()
        until = (now + min(timedelta(seconds=wait), _LONGEST_HOLD)).replace(microsecond=0)
        request.meta["dont_retry"] = True
        self._busy_urls.add(request.url)
        is_page = status != _TOO_MANY and len(self._busy_urls) == 1 and not _is_robots(request)
        portal = self.crawler.spider.name if self.crawler.spider else ""
        url = request.url if is_page else ""
        hold = Hold(server_of(request.url), url, portal, until)
        server_records(self.crawler).hold(hold, now)
        logger.warning("%s asks to wait until %s", url or hold.server, utc(until))
        if not is_page:
            assert self.crawler.stats is not None
            self.crawler.stats.set_value(Counter.HELD_UNTIL, utc(until))
            close_spider(self.crawler, POSTPONED)


class HeldPageMiddleware:
    """Downloader middleware that does not request a page before the time that it named."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise HeldPageError for a page that is held."""
        until = server_records(self.crawler).held_until(server_of(request.url), request.url)
        if until:
            raise HeldPageError(f"asked to wait until {utc(until)}")


def _is_robots(request: Request) -> bool:
    return urlsplit(request.url).path == "/robots.txt"


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
