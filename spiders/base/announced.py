"""Articles that a portal announces to programs: by sitemaps, feeds and WordPress's list of posts.

The addresses are remembered while listings are read, and requested when nothing else is left to
request: what they name and no listing showed is then fetched. They complete the listings and check
them; one that fails, is empty or lies changes no verdict. Everything that is left to do is in the
frontier, so that an interrupted crawl loses nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.python.failure import Failure

from portals.archive.encodings import EncodingError
from portals.article import Article, Reject
from portals.crawling.revisit_policy import may_be_sampled, validators
from portals.crawling.spider_outputs import (
    ANNOUNCED,
    CHANGED,
    KEY,
    KIND,
    LATE_PRIORITY,
    SECONDS,
    SOURCE,
    AnnouncementRead,
    SpiderOutput,
)
from portals.discovery.announced import (
    AnnouncedUrl,
    Believed,
    Change,
    feed_links,
    fingerprint_of_entries,
    lists_articles,
    period_of,
)
from portals.discovery.feeds import read_feed
from portals.discovery.promise import SAMPLES
from portals.discovery.sitemaps import read_sitemap
from portals.discovery.url_patterns import is_skipped, pattern_of
from portals.extraction.page import Page
from portals.network.replay_handler import NotArchivedError
from portals.outcomes import REJECT_RULES, Counter
from portals.timestamps import utc, utc_now
from portals.urls import host_of, url_key
from spiders.base.answers import asked, fetched_at, page_or_none, unzipped

if TYPE_CHECKING:
    from spiders.base.portal import Finder, PortalSpider

MAX_FEEDS = 5
MAX_SITEMAPS = 20
MAX_CHILDREN = 1_000
"""Feeds, sitemaps named by robots.txt, and sitemaps of one index that a run requests."""

_MAX_DEPTH = 3  # indexes in each other
_MAX_SAMPLED = 10  # unknown URL patterns of one sitemap of which pages are read
_MAX_ROUNDS = 5  # times that a sitemap is read again, after samples of it were articles
# Entries of a sitemap that one response leads to, and that are looked at: the rest is read from a
# further response, so that a page result stays small and within the time limit.
_MAX_TAKEN, _MAX_LOOKED_AT = 4_500, 8_000
_AGAIN_AFTER = timedelta(days=7)  # an undated sitemap between the first and the last of its index
_FORGOTTEN_AFTER = timedelta(days=30)  # the answer that the CMS's usual address does not exist
_USUAL_SITEMAPS = ("/sitemap.xml",)  # of a portal whose CMS is not known
_NOT_MODIFIED = 304
_SITEMAP_SECONDS = 20  # of CPU time, for up to 50,000 entries


class Announcements:
    """Remembers, requests and reads the announcements of one portal.

    ``callbacks``: names of the methods used as callbacks and errbacks, see ``Finder``.
    """

    callbacks = ("parse_sitemap", "parse_feed", "parse_sample", "on_announcement_error")

    def __init__(self, spider: PortalSpider, finder: Finder) -> None:
        self.spider = spider
        self.finder = finder
        self._in_robots: list[str] = []
        self._remembered: set[str] = set()
        self._feeds = 0

    # --- addresses -------------------------------------------------------------------------------

    def on_robots(self, robotparser: RobotParser) -> None:
        """Remember the ``Sitemap`` lines of a robots.txt."""
        sitemaps = getattr(getattr(robotparser, "rp", None), "sitemaps", ())
        self._in_robots += islice(sitemaps, MAX_SITEMAPS)

    def remember(self, page: Page | None) -> Iterator[Request]:
        """Yield late requests for what robots.txt, the CMS and the head of ``page`` announce.

        Nothing with ``section``: announcements know no sections.
        """
        if self.spider.arguments.section:
            return
        for url in self._in_robots[:MAX_SITEMAPS]:
            yield from self.first(url, self.parse_sitemap)
        yield from self._usual()
        yield from self._linked_feeds(page) if page else ()
        yield from self._declared_feeds()

    def _linked_feeds(self, page: Page) -> Iterator[Request]:
        """Yield requests for the feeds that a page names, no more than a run may request."""
        for url in feed_links(page):
            if self._feeds < MAX_FEEDS:
                found = list(self.first(url, self.parse_feed))
                self._feeds += len(found)
                yield from found

    def _declared_feeds(self) -> Iterator[Request]:
        """Yield requests for the feeds of the catalogue, else for the usual ones of the CMS."""
        home, family = self.spider.home_url, self.spider.family
        for path in self.spider.feeds:
            yield from self.first(urljoin(home, path), self.parse_feed)
        if self._feeds or self.spider.feeds or family is None:
            return
        for path in family.feeds:
            yield from self.first(urljoin(home, path), self.parse_feed, is_usual=True)

    def _usual(self) -> Iterator[Request]:
        """Yield requests for the usual addresses of the portal's CMS, or of any."""
        family, home = self.spider.family, self.spider.home_url
        if not self._in_robots:
            for path in family.sitemaps if family else _USUAL_SITEMAPS:
                yield from self.first(urljoin(home, path), self.parse_sitemap, is_usual=True)

    def first(
        self, url: str, callback: Callable[..., Any], *, is_usual: bool = False
    ) -> Iterator[Request]:
        """Yield the request for an announcement, once; none for one on another host."""
        if url in self._remembered:
            return
        self._remembered.add(url)
        own = self._own(url)
        if own is None:
            self.unreadable(url, "it is on another host")
        elif not (is_usual and self._is_missing(own)):
            yield self.request(own, callback)

    def _is_missing(self, url: str) -> bool:
        visit = self.spider.history.last_visit(url_key(url))
        is_recent = visit and visit.fetched_at > utc(utc_now() - _FORGOTTEN_AFTER)
        return bool(visit and is_recent and visit.status not in (0, 200, _NOT_MODIFIED))

    def request(
        self, url: str, callback: Callable[..., Any], key: str = "", **given: Any
    ) -> Request:
        """Return the request for an announcement, conditional where its validators are trusted."""
        meta: dict[str, Any] = {KIND: "announcement", KEY: key or url_key(url)}
        if callback == self.parse_sitemap:
            meta[SECONDS] = _SITEMAP_SECONDS
        headers, wanted = None, self.spider.arguments
        if not key and not wanted.is_partial and wanted.revisit == "due":
            visit = self.spider.history.last_visit(url_key(url))
            headers = validators(visit) if visit and visit.fingerprint else None
        if headers:
            meta["handle_httpstatus_list"] = [_NOT_MODIFIED]
        return Request(
            url,
            callback,
            errback=self.on_announcement_error,
            cb_kwargs=given,
            headers=headers or None,
            priority=LATE_PRIORITY,
            meta=meta,
        )

    def _own(self, url: str) -> str | None:
        try:
            return self.spider.normalize_url(url)
        except ValueError:
            return None

    # --- sitemaps --------------------------------------------------------------------------------

    def parse_sitemap(
        self, response: Response, start: int = 0, depth: int = 0, again: int = 0
    ) -> Iterator[SpiderOutput]:
        """Yield requests for the articles, or the sitemaps, that a sitemap names.

        ``start``: entries that earlier responses gave; ``depth``: indexes above it; ``again``:
        times that it was read before, since its samples were articles.
        """
        if self._is_unchanged(response):
            return
        try:
            sitemap = read_sitemap(unzipped(response.body))
        except EncodingError as error:
            self.unreadable(response.url, str(error))
            return
        if not sitemap.entries:
            self.unreadable(response.url, "it is no sitemap, or has no entry")
            return
        before = self.spider.history.last_visit(url_key(asked(response)))
        fingerprint = fingerprint_of_entries(sitemap.entries)
        yield from self.count_read(fingerprint)
        believed = Believed(sitemap.entries, fetched_at(response))
        if sitemap.kind == "index":
            yield from self._children(sitemap.entries, believed, depth)
            return
        is_known = bool(before and before.fingerprint == fingerprint)
        end, outputs = self._part(sitemap.entries, believed, response, start, again)
        yield from outputs
        if end < len(sitemap.entries) and (start or again or not is_known):
            url = asked(response)
            key = f"{url_key(url)} from {end}, {again}"
            yield self.request(url, self.parse_sitemap, key, start=end, again=again)

    def _part(
        self,
        entries: Sequence[AnnouncedUrl],
        believed: Believed,
        response: Response,
        start: int,
        again: int,
    ) -> tuple[int, list[SpiderOutput]]:
        """Return the end of the part of a sitemap that begins at ``start``, and what it yields."""
        kind_of = self.finder.url_kinds()
        outputs: list[SpiderOutput] = []
        unknown: list[AnnouncedUrl] = []
        end = start
        for entry in entries[start : start + _MAX_LOOKED_AT]:
            if len(outputs) >= _MAX_TAKEN:
                break
            end += 1
            url = self.wanted_url(entry, response)
            kind = kind_of(url) if url else "other"
            if url and kind == "article":
                outputs += self.due(url, entry, believed)
            elif url and kind == "unknown" and self._is_in_period(believed.change_of(entry)):
                unknown.append(AnnouncedUrl(url, entry.title))
        if unknown and again < _MAX_ROUNDS:
            outputs += self.finder.sample_unknown(asked(response), unknown, again)
        return end, outputs

    def _children(
        self, entries: Sequence[AnnouncedUrl], believed: Believed, depth: int
    ) -> Iterator[Request]:
        """Yield requests for the sitemaps of an index that may name something new, newest first."""
        if depth >= _MAX_DEPTH:
            return
        oldest = datetime.min.replace(tzinfo=UTC)
        wanted: list[tuple[datetime, str]] = []
        for number, entry in enumerate(entries):
            url = self._own(entry.url)
            if url is None:
                self.unreadable(entry.url, "it is on another host")
                continue
            change = believed.change_of(entry)
            is_edge = number in (0, len(entries) - 1)
            if self._is_wanted(url, change, is_edge=is_edge):
                wanted.append((change.latest if change else oldest, url))
        wanted.sort(key=lambda each: each[0], reverse=True)
        for _, url in wanted[:MAX_CHILDREN]:
            if url not in self._remembered:
                self._remembered.add(url)
                yield self.request(url, self.parse_sitemap, depth=depth + 1)

    def _is_wanted(self, url: str, change: Change | None, *, is_edge: bool) -> bool:
        """Return True unless a sitemap names no articles, or none that are new or wanted."""
        if not lists_articles(url):
            return False
        since, until = self.spider.arguments.since, self.spider.arguments.until
        period = period_of(url)
        if since and any(each.latest < since for each in (change, period) if each):
            return False
        if until and period and period.earliest > until:
            return False
        visit = self.spider.history.last_visit(url_key(url))
        if visit is None or visit.fingerprint is None or visit.status not in (200, _NOT_MODIFIED):
            return True
        if change:
            return utc(change.latest) > visit.fetched_at
        return is_edge or visit.fetched_at < utc(utc_now() - _AGAIN_AFTER)

    def samples(self, source: str, urls: Sequence[AnnouncedUrl], again: int) -> Iterator[Request]:
        """Yield requests for two URLs of each of the most frequent patterns among ``urls``.

        They are the first in alphabetical order and are not requested again once two nights said
        that they are no articles, so that these cost nothing in later runs.
        """
        by_pattern: dict[str, list[AnnouncedUrl]] = {}
        for each in urls:
            by_pattern.setdefault(pattern_of(each.url), []).append(each)
        for found in sorted(by_pattern.values(), key=len, reverse=True)[:_MAX_SAMPLED]:
            for each in nsmallest(SAMPLES, found, key=lambda one: one.url):
                key = self.spider.page_key(each.url)
                if may_be_sampled(self.spider.history.last_visit(key), utc_now()):
                    yield Request(
                        each.url,
                        self.parse_sample,
                        errback=self.on_announcement_error,
                        cb_kwargs={"purpose": "sample", SOURCE: source, "again": again},
                        priority=1,
                        meta={KIND: "announcement", KEY: key, ANNOUNCED: True},
                    )

    def parse_sample(
        self, response: Response, source: str, again: int, **_: Any
    ) -> Iterator[SpiderOutput]:
        """Yield the article of a page of an unknown URL pattern, and read its sitemap again."""
        page = self.spider.page_of(response)
        if self.spider.is_home(response.url):
            return
        result = page if isinstance(page, Reject) else self.spider.read(page)
        if isinstance(result, Reject) and REJECT_RULES[result.code].is_due_soon:
            yield result
        if isinstance(result, Article) and result.published_at:
            origin = self.spider.stories.origin_of(response)
            yield from self.spider.yield_if_wanted(result, origin)
            key = f"{url_key(source)} again {again + 1}"
            yield self.request(source, self.parse_sitemap, key, again=again + 1).replace(
                priority=LATE_PRIORITY - 1
            )

    # --- feeds -------------------------------------------------------------------------

    def parse_feed(self, response: Response) -> Iterator[SpiderOutput]:
        """Yield requests for the articles that a feed names, or for the feeds of a page of them."""
        if self._is_unchanged(response):
            return
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        entries = read_feed(response.body, response.url, kind)
        if not entries:
            page = page_or_none(response) if "html" in kind.lower() else None
            requests = list(self._linked_feeds(page)) if page else []
            if not requests:
                self.unreadable(response.url, "it is no feed, or has no entry")
            yield from requests
            return
        yield from self.count_read(fingerprint_of_entries(entries))
        believed, kind_of = Believed(entries, fetched_at(response)), self.finder.url_kinds()
        unknown = []
        for entry in entries:
            url = self.wanted_url(entry, response)
            kind = kind_of(url) if url else "other"
            if url and (kind == "article" or (kind == "unknown" and self.finder.trusts_feeds)):
                yield from self.due(url, entry, believed)
            elif url and kind == "unknown":
                unknown.append(AnnouncedUrl(url, entry.title))
        if unknown:
            yield from self.finder.sample_unknown(asked(response), unknown, 0)

    # --- entries ---------------------------------------------------------------------------------

    def wanted_url(self, entry: AnnouncedUrl, response: Response) -> str | None:
        """Return the URL of an entry on this portal, None for copies, files and other hosts."""
        try:
            if host_of(entry.url) == host_of(response.url):  # http links in a feed of https
                own = urlsplit(response.url)
                url = urlsplit(entry.url)._replace(
                    scheme=own.scheme, netloc=own.netloc, fragment=""
                )
                own_url = self.spider.normalize_url(url.geturl())
            else:
                own_url = self.spider.normalize_url(entry.url)
        except ValueError:
            return None
        if own_url is None or is_skipped(own_url) or self.spider.is_home(own_url):
            return None
        return own_url

    def due(self, url: str, entry: AnnouncedUrl, believed: Believed) -> Iterator[Request]:
        """Yield the request for an article that is not known, or changed after the last visit."""
        change = believed.change_of(entry)
        if not self._is_in_period(change):
            return
        visit = self.spider.history.last_visit(self.spider.page_key(url))
        request = self.finder.article_request(url, entry.title)
        if visit is None or visit.kind != "article":
            request.meta[ANNOUNCED] = True
            yield request
        elif self.spider.arguments.revisit == "all":
            yield request
        elif change and utc(change.latest) > visit.fetched_at:
            request.meta[CHANGED] = utc(change.latest)
            yield request

    def _is_in_period(self, change: Change | None) -> bool:
        """Return False in a crawl of a period for an entry that is older, or without a date."""
        wanted = self.spider.arguments
        if wanted.since is None and wanted.until is None:
            return True
        return change is not None and (wanted.since is None or change.latest >= wanted.since)

    # --- what was read ---------------------------------------------------------------------------

    def count_read(self, fingerprint: str) -> Iterator[AnnouncementRead]:
        """Count an announcement; a crawl of a part does not remember what it names."""
        self.spider.inc_counter(Counter.ANNOUNCEMENTS_READ)
        if not self.spider.arguments.is_partial:
            yield AnnouncementRead(fingerprint)

    def _is_unchanged(self, response: Response) -> bool:
        is_unchanged = response.status == _NOT_MODIFIED
        if is_unchanged:
            self.spider.inc_counter(Counter.ANNOUNCEMENTS_READ)
        return is_unchanged

    def unreadable(self, url: str, reason: str) -> None:
        """Count an announcement that is of no use."""
        self.spider.inc_counter(Counter.ANNOUNCEMENTS_UNREADABLE)
        self.spider.logger.debug("%s is not used: %s", url, reason)

    def on_announcement_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Count an announcement, or a sample, that could not be fetched: no article is missing."""
        if not isinstance(failure.value, NotArchivedError):
            request: Request = failure.request  # type: ignore[attr-defined]
            self.unreadable(request.url, f"{type(failure.value).__name__}: {failure.value}"[:200])
        return iter(())
