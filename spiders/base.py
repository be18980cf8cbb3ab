"""What every spider does: arguments, pages to articles, failures to rejects.

A portal whose system is known is a ``ListingSpider`` (``listing.py``); one whose addresses nobody
described is a ``DiscoverySpider`` (``discovery.py``). A portal's own file holds attributes only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    CloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from portals.article import Article, Reject, reject
from portals.catalogue import portal, portals
from portals.crawling.arguments import CrawlArguments
from portals.crawling.outputs import KEY, KIND, SpiderOutput
from portals.crawling.run import RunRecorder
from portals.crawling.scheduler import Frontier
from portals.discovery.url_filters import matching_filter
from portals.discovery.url_patterns import has_session_id, without_session
from portals.extraction.interstitials import INTERSTITIAL_CODES, classify_interstitial
from portals.extraction.layout import Layout
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.extraction.themes import Theme
from portals.extraction.time_limit import PageTimeoutError
from portals.extraction.unreadable import UnreadablePageError
from portals.families import Family
from portals.network.decoding import UnreadableBodyError
from portals.network.replay_handler import CAPTURED_AT, NotArchivedError
from portals.network.url_guard import OffsiteRequestError, UrlGuard
from portals.outcomes import REJECT_RULES, Counter, RejectCode
from portals.store.gaps import gaps_of
from portals.urls import host_of, url_key

_REFUSED = frozenset([401, 403, 429, 451])
_GONE = frozenset([404, 410])

LAST = -1
"""Priority of revisits: news come first, whatever became of old pages."""

MAX_REVISITS = 300
"""Known articles that one run visits again, at most; the others wait for the next night."""


class PortalSpider(Spider):
    """Base of all spiders.

    ``family``: the portal's system. ``layout``: how its articles look, in place of the family's;
    ``layouts``: how they looked before, each with the days on which they did. ``themes``: selectors
    of the portal's own, asked before the family's, with their days where they are of the past.
    ``external_id``: the number in an article's address, in place of the family's.
    ``cookie_stub``: the host wants a cookie that a script sets; it is sent back once.
    """

    family: ClassVar[Family | None] = None
    layout: ClassVar[Layout | None] = None
    layouts: ClassVar[tuple[Layout, ...]] = ()
    themes: ClassVar[tuple[Theme, ...]] = ()
    answers_cookie_challenge: ClassVar[bool] = False
    external_id: ClassVar[str | None] = None

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name)
        self.given_arguments = dict(arguments)
        self.arguments = CrawlArguments.parse(arguments)
        origin = self.arguments.origin
        self.home_url = f"{origin}/" if origin else portal(self.name).home_url
        self.host = host_of(self.home_url)
        known = portals().get(self.name)
        self.portal_host = known.host if known else self.host
        self.mirror_urls = known.mirror_urls if known and not origin else ()
        self.tls_exception = known.tls_exception if known and not origin else ""
        self.articles_yielded = 0
        self.reader = self.recipe()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Read a portal without a good certificate where the catalogue says why."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.tls_exception and not spider.arguments.via:
            crawler.settings.set("DOWNLOAD_VERIFY_CERTIFICATES", value=False, priority="spider")
            spider.logger.warning("the certificate is not verified: %s", spider.tls_exception)
        return spider

    @property
    def url_guard(self) -> UrlGuard:
        """Where this crawl may go: to the portal, or to the archive that stands for it."""
        if self.arguments.via:
            archive = (self.settings["WAYBACK"],)
            is_named = (self.settings.getpriority("WAYBACK") or 0) >= SETTINGS_PRIORITIES["cmdline"]
            return UrlGuard(archive, archive if is_named else ())
        return UrlGuard(
            (self.home_url, *self.mirror_urls), (self.home_url,) if self.arguments.origin else ()
        )

    @classmethod
    def recipe(cls) -> Recipe:
        """Return how this portal's pages are read."""
        family = cls.family
        if family is None:
            return Recipe(
                portal=cls.name,
                themes=cls.themes,
                layout=cls.layout,
                layouts=cls.layouts,
                external_id=cls.external_id,
            )
        return Recipe(
            portal=cls.name,
            themes=(*cls.themes, *family.themes),
            layout=cls.layout or family.layout,
            layouts=cls.layouts,
            error_markers=family.error_markers,
            error_titles=family.error_titles,
            external_id=cls.external_id or family.external_id,
            skipped_paths=family.skipped_paths,
            general=True,
        )

    def fill_gaps(self) -> None:
        """With ``backfill``, want the time from the first gap of the kept articles to the last.

        Called before the first request. A portal without gaps is crawled as ever.
        """
        gaps = gaps_of(self.recorder.store, self.name) if self.arguments.backfill else []
        if not gaps:
            return
        first, last = (
            datetime.fromisoformat(f"{day}T00:00:00+07:00")
            for day in (
                gaps[0].since,
                gaps[-1].until,
            )
        )
        self.arguments = replace(self.arguments, since=first, until=last + timedelta(days=1))
        self.logger.info("filling %d gaps from %s to %s", len(gaps), gaps[0].since, gaps[-1].until)

    # --- requests --------------------------------------------------------------------------------

    @property
    def recorder(self) -> RunRecorder:
        """The books of this run."""
        recorder = self.crawler.get_extension(RunRecorder)
        assert recorder is not None
        return recorder

    @property
    def frontier(self) -> Frontier:
        """What waits, and what is remembered of the portal."""
        return self.recorder.frontier

    def page_key(self, url: str) -> str:
        """Return what makes ``url`` the same article: the portal's own number, else the address."""
        number = self.reader.id_of(url)
        return f"article {number}" if number else url_key(url)

    def due_revisits(self) -> list[str]:
        """Return the known articles that the calendar wants visited again."""
        wanted = self.arguments
        if not self.frontier.remembers or wanted.revisit == "none" or wanted.is_partial:
            return []
        return self.frontier.memory.due_urls(datetime.now(UTC), MAX_REVISITS)

    def request_meta(self, kind: str, url: str) -> dict[str, str]:
        """Return the meta of a request for a page of ``kind``."""
        return {KIND: kind, KEY: self.page_key(url)} if kind == "article" else {KIND: kind}

    def normalize_url(self, url: str) -> str | None:
        """Return ``url`` where it is of this portal, moved to ``origin`` if one was given.

        Sessions and tracking marks are taken off it. An address that has no end is none of the
        portal's (``discovery/traps.py``), and the ledger tells of it.
        """
        found = self._at_home(url)
        if found is None:
            return None
        traps = self.frontier.traps
        if rule := matching_filter(found):
            traps.record(rule, found)
            return None
        if has_session_id(found):
            traps.record("session id", found)
        return without_session(found)

    def _at_home(self, url: str) -> str | None:
        host = host_of(url)
        if host == self.host:
            return url
        has_moved = self.arguments.origin and host == self.portal_host
        is_other = any(host == host_of(home) for home in self.mirror_urls)
        if not has_moved and not is_other:
            return None
        home = urlsplit(self.home_url)
        return urlunsplit(urlsplit(url)._replace(scheme=home.scheme, netloc=home.netloc))

    def inc_counter(self, counter: Counter, by: int = 1) -> None:
        """Add to a counter of the run."""
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(counter, by)

    # --- pages -----------------------------------------------------------------------------------

    def page_of(self, response: Response) -> Page | Reject:
        """Return the page of a response, or the reject that says why it is none."""
        self.inc_counter(Counter.PAGES_READ)
        header = response.headers.get("Content-Type")
        kind = header.decode("latin-1") if header else ""
        if not _is_web_page(kind, response.body):
            return Reject(response.url, RejectCode.NOT_A_WEB_PAGE, kind or None)
        try:
            return Page.from_bytes(
                response.url, response.body, kind, response.meta.get(CAPTURED_AT)
            )
        except UnreadablePageError as error:
            return Reject(response.url, error.code, error.detail)

    def read(self, page: Page) -> Article | Reject:
        """Return what the page shows; a failing reader is a reject and is counted."""
        result = self.read_page(page)
        if isinstance(result, Reject) and result.code is RejectCode.READER_FAILED:
            self.inc_counter(Counter.ERRORS)
            self.inc_counter(Counter.READER_ERRORS)
        elif isinstance(result, Reject):
            return self.interstitial_of(page) or result
        return result

    def interstitial_of(self, page: Page) -> Reject | None:
        """Return the reject of a page that is not the portal's: a challenge, a parked domain."""
        kind = classify_interstitial(page)
        if kind is None:
            return None
        return Reject(page.url, INTERSTITIAL_CODES[kind], page.head_title[:200] or None)

    def read_page(self, page: Page) -> Article | Reject:
        """Return what the page shows."""
        return read_safely(page, self.reader)

    def yield_if_wanted(self, article: Article) -> Iterator[Article]:
        """Yield the article if the arguments want it; end the crawl at ``limit``."""
        if not self.arguments.covers(article.published_at):
            self.inc_counter(Counter.OUTSIDE_DATES)
            return
        limit = self.arguments.limit
        if limit is not None and self.articles_yielded >= limit:
            raise CloseSpider("limit")
        self.articles_yielded += 1
        is_old = bool(self.arguments.via)  # read by whatever net fits what the portal was then
        if self.family and not is_old and not article.provenance["body"].startswith("selectors"):
            self.inc_counter(Counter.BY_FALLBACK)
        yield article

    def on_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Turn a request that failed into a count and, unless it was not archived, a reject."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, NotArchivedError):
            self.inc_counter(Counter.NOT_ARCHIVED)
            return
        self.inc_counter(Counter.ERRORS)
        asked = request.meta.get("redirect_urls", [request.url])[0]
        if isinstance(error, UnreadableBodyError):
            yield reject(asked, error.code, error=error)
            return
        if isinstance(error, UnreadablePageError):
            yield Reject(asked, error.code, error.detail)
            return
        if isinstance(error, PageTimeoutError):
            yield Reject(asked, RejectCode.TOO_SLOW)
            return
        yield self._fetch_reject(asked, error)

    def _interstitial_code(self, response: Response) -> RejectCode | None:
        """Return the code of an error page that is a challenge, a login wall or a parked domain.

        Of errors and missing pages the status itself says more than their words.
        """
        page = _page_shown(response)
        found = self.interstitial_of(page) if page else None
        return found.code if found and REJECT_RULES[found.code].counter else None

    def _fetch_reject(self, url: str, error: BaseException | None) -> Reject:
        if not isinstance(error, HttpError):
            code = next(code for applies, code in _FAILURES if applies(error))
            if counter := REJECT_RULES[code].counter:
                self.inc_counter(counter)
            return Reject(url, code, f"{type(error).__name__}: {error}"[:200])
        status = error.response.status
        self.inc_counter(Counter.PAGES_READ)
        if status not in _GONE and (shown := self._interstitial_code(error.response)):
            return Reject(url, shown, f"status {status}")
        if status in _REFUSED:
            self.inc_counter(Counter.REFUSED)
        location = (error.response.headers.get("Location") or b"").decode("latin-1")
        return reject(url, RejectCode.HTTP_STATUS, location[:200] or None, status=status)


_FAILURES: tuple[tuple[Callable[[BaseException | None], bool], RejectCode], ...] = (
    (lambda e: isinstance(e, OffsiteRequestError), RejectCode.OFFSITE),
    (lambda e: "max redirections" in str(e), RejectCode.REDIRECT_LOOP),
    (lambda e: isinstance(e, IgnoreRequest), RejectCode.ROBOTS),
    (lambda e: isinstance(e, ValueError), RejectCode.BAD_REDIRECT),
    (lambda e: isinstance(e, DownloadCancelledError), RejectCode.BODY_TOO_LARGE),
    (lambda e: "certificate verify failed" in str(e), RejectCode.BAD_CERTIFICATE),
    (lambda e: isinstance(e, DownloadTimeoutError), RejectCode.TIMED_OUT),
    (
        lambda e: isinstance(e, CannotResolveHostError | DownloadConnectionRefusedError),
        RejectCode.NO_HOST,
    ),
    (lambda _: True, RejectCode.UNREACHABLE),
)
"""What a failed request is rejected as: the first test that holds."""


def _page_shown(response: Response) -> Page | None:
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    try:
        return Page.from_bytes(response.url, response.body, kind)
    except UnreadablePageError:
        return None


def _is_web_page(content_type: str, body: bytes) -> bool:
    if content_type and not re.search(
        r"html|xml|text/plain|octet-stream", content_type, re.IGNORECASE
    ):
        return False
    start = body[:2048].lstrip()
    return not start.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04"))
