"""Crawling a portal in the Wayback Machine, for portals that are gone.

The CDX index lists the captures of the portal's host; each is requested as it was served, read
with the spider's recipe and stored under its original URL.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from portals.archive.wayback import (
    MEMENTO,
    VIA,
    CdxRecord,
    PlaybackUrl,
    UnreadableIndexError,
    cdx_url,
    parse_cdx_page,
    parse_playback_url,
    playback_url,
    undo_rewriting,
)
from portals.article import Article, Reject, reject
from portals.crawling.page_result import StoryOrigin
from portals.crawling.spider_outputs import KEY, KIND, ListingPageRead, RetryLater, SpiderOutput
from portals.discovery.promise import SAMPLES
from portals.discovery.url_filters import FORGOTTEN
from portals.discovery.url_patterns import is_file, is_skipped, pattern_of
from portals.extraction.page import Page
from portals.extraction.unreadable import UnreadablePageError
from portals.outcomes import Counter as RunCounter
from portals.outcomes import RejectCode
from portals.urls import rebase_url, url_key
from spiders.base.portal import Finder, PortalSpider

INDEX_SLOT = "wayback-index"
"""Download slot of the index, which has a longer delay than pages (``settings.py``)."""

_POLITE = {
    "autothrottle_dont_adjust_delay": True,
    "dont_obey_robotstxt": True,  # its robots.txt is for search engines; programs may use its API
}
_LOST = frozenset([403, 404, 410, 451])


class WaybackFinder(Finder):
    """Finds the captures of a portal in the Wayback Machine: ``-a via=wayback``."""

    callbacks = ("parse_index", "on_index_error", "parse_capture", "on_capture_error")

    def __init__(self, spider: PortalSpider) -> None:
        super().__init__(spider)
        self._dated_patterns: Counter[str] | None = None

    def start(self) -> Iterator[Request]:
        """Request the index of the archive."""
        yield self._index_request()

    def _index_request(self, number: int = 1, resume_key: str | None = None) -> Request:
        """Return the request for one page of the index."""
        url = cdx_url(
            self.spider.settings["WAYBACK"],
            self.spider.host,
            pattern=self.spider.article_recipe.external_id,
            since=self.spider.arguments.since,
            resume_key=resume_key,
        )
        return Request(
            url,
            self.parse_index,
            errback=self.on_index_error,
            cb_kwargs={"number": number},
            priority=1,  # first, since the resume keys of the index may expire
            meta={**_POLITE, KIND: "other", KEY: f"index {number}", "download_slot": INDEX_SLOT},
        )

    def parse_index(self, response: Response, number: int) -> Iterator[SpiderOutput]:
        """Yield requests for the captures that an index page lists, and for the next index page."""
        self.spider.inc_counter(RunCounter.PAGES_READ)
        try:
            page = parse_cdx_page(response.body)
        except UnreadableIndexError as error:
            self.spider.inc_counter(RunCounter.ERRORS)
            yield reject(response.url, RejectCode.INDEX_UNREADABLE, error=error)
            yield ListingPageRead(VIA, number, response.url, "failed")
            return
        self.spider.inc_counter(RunCounter.LISTINGS)
        wanted = list(self._wanted(page.records))
        yield ListingPageRead(VIA, number, response.url, "fetched", len(wanted))
        for line in wanted:
            yield self._capture_request(line)
        if page.resume_key:
            yield self._index_request(number + 1, page.resume_key)

    def on_index_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Record an index page that could not be fetched: the captures in it are not known."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self.spider.inc_counter(RunCounter.ERRORS)
        self._count_answer(failure)
        yield Reject(request.url, RejectCode.INDEX_FAILED, _why(failure))
        yield ListingPageRead(VIA, int(request.cb_kwargs["number"]), request.url, "failed")

    def _wanted(self, lines: list[CdxRecord]) -> Iterator[CdxRecord]:
        """Yield the captures of pages that may be articles and are not stored yet.

        Of consecutive captures with the same payload only the first is yielded.
        """
        before: tuple[str, str] | None = None
        for line in lines:
            url = self._portal_url(line)
            same = (url_key(url), line.digest) if url else None
            is_new, before = same != before, same
            if url is None or not is_new or line.status not in ("200", "-"):
                continue
            played = parse_playback_url(playback_url("http://archive", line))
            if self.spider.history.is_forgotten(url, self.spider.article_recipe.id_of(url)):
                self.spider.url_filters.record(FORGOTTEN, url)
            elif played and self.spider.history.holds_capture(url, played.captured_at, VIA):
                self.spider.inc_counter(RunCounter.SKIPPED_KNOWN)
                self.spider.inc_counter(RunCounter.LISTED_KNOWN)
            else:
                yield line

    def _portal_url(self, line: CdxRecord) -> str | None:
        """Return the original URL of a capture, None if it cannot be an article."""
        played = parse_playback_url(playback_url("http://archive", line))
        try:
            url = rebase_url(played.url, self.spider.home_url) if played else None
        except ValueError:
            return None
        if url is None or is_file(url) or is_skipped(url):
            return None
        pattern = self.spider.article_recipe.external_id
        return url if pattern is None or re.search(pattern, url) else None

    def _capture_request(self, line: CdxRecord) -> Request:
        return Request(
            playback_url(self.spider.settings["WAYBACK"], line),
            self.parse_capture,
            errback=self.on_capture_error,
            meta={**_POLITE, KIND: "article", KEY: f"{line.timestamp} {line.original}"},
        )

    def parse_capture(self, response: Response) -> Iterator[SpiderOutput]:
        """Yield the article of a capture, or the reject."""
        self.spider.inc_counter(RunCounter.PAGES_READ)
        assert response.request is not None
        asked = response.meta.get("redirect_urls", [response.url])[0]
        wanted, played = parse_playback_url(asked), parse_playback_url(response.url)
        if played is None or MEMENTO not in response.headers:
            self.spider.inc_counter(RunCounter.ERRORS)
            yield Reject(asked, RejectCode.NO_CAPTURE)
            yield RetryLater()
            return
        if wanted is None or played.captured_at != wanted.captured_at:
            yield from self._lost(asked, "the archive plays another capture in its place")
            return
        page = self._played(response, played)
        if page is None:
            yield from self._lost(asked, "the archive plays a page of another host")
        elif isinstance(page, Reject):
            yield page
        else:
            yield from self._read_capture(page, self.spider.stories.origin_of(response))

    def _played(self, response: Response, played: PlaybackUrl) -> Page | Reject | None:
        """Return the page that the archive plays, its reject, or None if it is of another host."""
        url = rebase_url(played.url, self.spider.home_url)
        if url is None:
            return None
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        try:
            return Page.from_bytes(url, undo_rewriting(response.body), kind, played.captured_at)
        except UnreadablePageError as error:
            return Reject(url, error.code, error.detail)

    def part_request(self, url: str, at: datetime) -> Request:
        """Return the request for the capture nearest to that of the story's first page."""
        line = CdxRecord(f"{at:%Y%m%d%H%M%S}", url, "", "", "")
        return Request(playback_url(self.spider.settings["WAYBACK"], line), meta={**_POLITE})

    def page_of_part(self, response: Response) -> Page | Reject:
        """Return the later page of a story that the archive plays, or a reject."""
        self.spider.inc_counter(RunCounter.PAGES_READ)
        played = parse_playback_url(response.url) if MEMENTO in response.headers else None
        page = self._played(response, played) if played else None
        return page or Reject(response.url, RejectCode.NO_CAPTURE)

    def _read_capture(self, page: Page, origin: StoryOrigin) -> Iterator[SpiderOutput]:
        result = self.spider.read_with_recipe(page)
        if isinstance(result, Reject):
            if result.code is RejectCode.READER_FAILED:
                self.spider.inc_counter(RunCounter.ERRORS)
                self.spider.inc_counter(RunCounter.READER_ERRORS)
            # Without a URL pattern of articles, listings and menus are captures too: no rejects.
            if result.code is RejectCode.READER_FAILED or self.spider.article_recipe.external_id:
                yield result
            return
        result.via = VIA
        if result.published_at or self.spider.family or self._has_article_pattern(page.url, result):
            yield from self.spider.yield_if_wanted(result, origin)
        else:
            yield Reject(page.url, RejectCode.UNDATED, result.title[:200])

    def _has_article_pattern(self, url: str, article: Article) -> bool:
        """Return True if enough dated articles have the URL pattern of ``url``."""
        if self._dated_patterns is None:
            known = self.spider.history.url_patterns()
            articles = {one.pattern: SAMPLES for one in known if one.kind == "article"}
            self._dated_patterns = Counter(articles)
        if article.published_at:
            self._dated_patterns[pattern_of(url)] += 1
        return self._dated_patterns[pattern_of(url)] >= SAMPLES

    def on_capture_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Record a capture that could not be fetched: lost, or a transient failure."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self._count_answer(failure)
        status = failure.value.response.status if isinstance(failure.value, HttpError) else 0
        if status in _LOST:
            yield from self._lost(request.url, f"the archive answered {status}")
            return
        self.spider.inc_counter(RunCounter.ERRORS)
        yield Reject(request.url, RejectCode.ARCHIVE_UNREACHABLE, _why(failure))

    def _lost(self, asked: str, detail: str) -> Iterator[SpiderOutput]:
        self.spider.inc_counter(RunCounter.ERRORS)
        yield Reject(asked, RejectCode.CAPTURE_LOST, detail)

    def _count_answer(self, failure: Failure) -> None:
        if isinstance(failure.value, HttpError):
            self.spider.inc_counter(RunCounter.PAGES_READ)


def _why(failure: Failure) -> str:
    value: Any = failure.value
    if isinstance(value, HttpError):
        return f"status {value.response.status}"
    return f"{type(value).__name__}: {value}"[:200]
