"""robots.txt as RFC 9309 has it: where it fails, nothing may be requested.

Scrapy's own middleware requests everything if robots.txt answers 503 or not at all. Here the last
good copy rules, which recorded crawls store; without one no page is requested.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler, load_object
from twisted.internet.defer import Deferred

from portals.network.server_records import server_records
from portals.outcomes import Counter
from portals.store.robots import RobotsRepository, StoredRobots
from portals.timestamps import utc_now

logger = logging.getLogger(__name__)

PATIENCE = timedelta(days=30)
"""How long robots.txt may fail before it counts as absent, as RFC 9309 (2.3.1.4) permits."""

_UNAVAILABLE, _TOO_MANY, _SERVER_ERROR = 400, 429, 500
_PRIORITY = 1000  # before every page


class ForbiddenByRobotsError(IgnoreRequest):
    """A URL that robots.txt forbids."""


class RobotsUnavailableError(IgnoreRequest):
    """robots.txt failed and no copy of it is stored, so that nothing may be requested."""


@dataclass(frozen=True, slots=True)
class _Ruling:
    """What holds for a host: rules, or the failure of every request; neither allows everything."""

    rules: RobotParser | None = None
    failure: Exception | None = None


_EVERYTHING_ALLOWED = _Ruling()


def _passed_on(waiting: Deferred[_Ruling], ruling: _Ruling) -> _Ruling:
    waiting.callback(ruling)
    return ruling


class RobotsMiddleware:
    """Downloader middleware that replaces Scrapy's RobotsTxtMiddleware."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        assert crawler.stats is not None
        self.crawler = crawler
        self.stats = crawler.stats
        self._parser = load_object(settings["ROBOTSTXT_PARSER"])
        self._user_agent: str = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        self._rulings: dict[str, _Ruling | Deferred[_Ruling]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware; raise NotConfigured without ``ROBOTSTXT_OBEY``."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise ForbiddenByRobotsError, RobotsUnavailableError, or why the host did not answer."""
        is_web = urlparse_cached(request).scheme in ("http", "https")
        if not is_web or request.meta.get("dont_obey_robotstxt"):
            return
        ruling = await self._ruling_of(request)
        if ruling.failure is not None:
            request.meta["dont_retry"] = True  # robots.txt was retried already
            raise copy(ruling.failure)
        if ruling.rules and not ruling.rules.allowed(request.url, self._user_agent):
            self.stats.inc_value("robotstxt/forbidden")
            raise ForbiddenByRobotsError("forbidden by robots.txt")

    async def _ruling_of(self, request: Request) -> _Ruling:
        host = urlparse_cached(request).netloc
        known = self._rulings.get(host)
        if known is None:
            return await self._fetch(request, host)
        if isinstance(known, _Ruling):
            return known
        waiting: Deferred[_Ruling] = Deferred()  # of this request: who awaits one takes its result
        known.addCallback(partial(_passed_on, waiting))
        return await maybe_deferred_to_future(waiting)

    async def _fetch(self, request: Request, host: str) -> _Ruling:
        """Request robots.txt; requests to the same host wait for the ruling meanwhile."""
        waiting: Deferred[_Ruling] = Deferred()
        self._rulings[host] = waiting
        ruling = await self._ruling_by(request, host)
        self._rulings[host] = ruling
        waiting.callback(ruling)
        return ruling

    async def _ruling_by(self, request: Request, host: str) -> _Ruling:
        url = f"{urlparse_cached(request).scheme}://{host}/robots.txt"
        meta = {"dont_obey_robotstxt": True}
        asked = Request(url, priority=_PRIORITY, meta=meta, callback=NO_CALLBACK)
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(asked)
        except (IgnoreRequest, DownloadCancelledError):
            return _EVERYTHING_ALLOWED  # it leads elsewhere or is no text: there is none
        except Exception as error:  # noqa: BLE001 - whatever it was, robots.txt was not had
            return await self._on_failure(request, host, error)
        if response.status >= _SERVER_ERROR or response.status == _TOO_MANY:
            failure = RobotsUnavailableError(f"robots.txt answered {response.status}")
            return await self._on_failure(request, host, failure)
        return await self._on_copy(request, host, response)

    async def _on_copy(self, request: Request, host: str, response: Response) -> _Ruling:
        body = response.body if response.status < _UNAVAILABLE else b""
        if self._records:
            with suppress(sqlite3.Error):  # the next write to the database reports it
                self._records.save_copy(host, body, utc_now())
        return await self._ruling_from(request, body)

    async def _on_failure(self, request: Request, host: str, error: Exception) -> _Ruling:
        stored = self._record_failure(host)
        if self._is_exempt:
            return _EVERYTHING_ALLOWED
        if stored.body is not None:
            logger.warning("robots.txt fails (%s); its copy of %s rules", error, stored.fetched_at)
            return await self._ruling_from(request, stored.body)
        if _has_failed_long(stored):
            self.stats.set_value(Counter.ROBOTS_ABSENT_SINCE, stored.failing_since)
            return _EVERYTHING_ALLOWED
        return _Ruling(failure=error)

    async def _ruling_from(self, request: Request, body: bytes) -> _Ruling:
        rules = build_from_crawler(self._parser, self.crawler, body)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return _Ruling(rules)

    def _record_failure(self, host: str) -> StoredRobots:
        if self._records is None:
            return StoredRobots()
        try:
            self._records.record_failure(host, utc_now())
            return self._records.get(host)
        except sqlite3.Error:
            return StoredRobots()

    @property
    def _records(self) -> RobotsRepository | None:
        return server_records(self.crawler).robots

    @property
    def _is_exempt(self) -> bool:
        """Return True if an archive answers, or the catalogue makes an exception."""
        spider = self.crawler.spider
        via = getattr(getattr(spider, "arguments", None), "via", None)
        exception = getattr(spider, "robots_exception", None)
        return bool(self.crawler.settings["REPLAY"] or via or exception)


def _has_failed_long(stored: StoredRobots) -> bool:
    if stored.failing_since is None:
        return False
    return utc_now() - datetime.fromisoformat(stored.failing_since) >= PATIENCE
