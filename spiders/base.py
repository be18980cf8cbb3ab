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

from portals.article import Article, Reject
from portals.catalogue import portal, portals
from portals.crawling.arguments import CrawlArguments
from portals.crawling.fence import Fence, OutsideFenceError
from portals.crawling.frontier import Frontier
from portals.crawling.hostile import COUNTED_AS, REASONS, unusual
from portals.crawling.limits import UnreadableBodyError
from portals.crawling.outputs import KEY, KIND, Output
from portals.crawling.replay import CAPTURED_AT, NotArchived
from portals.crawling.run import RunRecorder
from portals.discovery.addresses import address_key, host_of
from portals.discovery.shapes import names_session, without_session
from portals.discovery.traps import trap_of
from portals.extraction.layout import Layout
from portals.extraction.page import Page
from portals.extraction.page_time import TOO_SLOW, PageTooSlow
from portals.extraction.reader import READER_FAILED, Recipe, read_safely
from portals.extraction.selectors import Theme
from portals.extraction.unreadable import UnreadablePage
from portals.families import Family
from portals.store.gaps import gaps_of

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
    cookie_stub: ClassVar[bool] = False
    external_id: ClassVar[str | None] = None

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name)
        self.given_arguments = dict(arguments)
        self.arguments = CrawlArguments.parse(arguments)
        origin = self.arguments.origin
        self.home = f"{origin}/" if origin else portal(self.name).home
        self.host = host_of(self.home)
        known = portals().get(self.name)
        self.portal_host = known.host if known else self.host
        self.other_homes = known.other_homes if known and not origin else ()
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
    def fence(self) -> Fence:
        """Where this crawl may go: to the portal, or to the archive that stands for it."""
        if self.arguments.via:
            archive = (self.settings["WAYBACK"],)
            is_named = (self.settings.getpriority("WAYBACK") or 0) >= SETTINGS_PRIORITIES["cmdline"]
            return Fence(archive, archive if is_named else ())
        return Fence((self.home, *self.other_homes), (self.home,) if self.arguments.origin else ())

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
            left_alone=family.left_alone,
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

    def key_of(self, url: str) -> str:
        """Return what makes ``url`` the same article: the portal's own number, else the address."""
        number = self.reader.id_of(url)
        return f"article {number}" if number else address_key(url)

    def due(self) -> list[str]:
        """Return the known articles that the calendar wants visited again."""
        wanted = self.arguments
        if not self.frontier.remembers or wanted.revisit == "none" or wanted.is_partial:
            return []
        return self.frontier.memory.due(datetime.now(UTC), MAX_REVISITS)

    def meta_of(self, kind: str, url: str) -> dict[str, str]:
        """Return the meta of a request for a page of ``kind``."""
        return {KIND: kind, KEY: self.key_of(url)} if kind == "article" else {KIND: kind}

    def own(self, url: str) -> str | None:
        """Return ``url`` where it is of this portal, moved to ``origin`` if one was given.

        Sessions and tracking marks are taken off it. An address that has no end is none of the
        portal's (``discovery/traps.py``), and the ledger tells of it.
        """
        found = self._at_home(url)
        if found is None:
            return None
        traps = self.frontier.traps
        if rule := trap_of(found):
            traps.note(rule, found)
            return None
        if names_session(found):
            traps.note("session id", found)
        return without_session(found)

    def _at_home(self, url: str) -> str | None:
        host = host_of(url)
        if host == self.host:
            return url
        has_moved = self.arguments.origin and host == self.portal_host
        is_other = any(host == host_of(home) for home in self.other_homes)
        if not has_moved and not is_other:
            return None
        home = urlsplit(self.home)
        return urlunsplit(urlsplit(url)._replace(scheme=home.scheme, netloc=home.netloc))

    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter of the run."""
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"portal/{name}", by)

    # --- pages -----------------------------------------------------------------------------------

    def page_of(self, response: Response) -> Page | Reject:
        """Return the page of a response, or the reject that says why it is none."""
        self.count("pages_read")
        header = response.headers.get("Content-Type")
        kind = header.decode("latin-1") if header else ""
        if not _is_web_page(kind, response.body):
            return Reject(response.url, "decode", "not a web page", kind or None)
        try:
            return Page.from_bytes(
                response.url, response.body, kind, response.meta.get(CAPTURED_AT)
            )
        except UnreadablePage as error:
            return Reject(response.url, "decode", error.reason, error.detail)

    def read(self, page: Page) -> Article | Reject:
        """Return what the page shows; a failing reader is a reject and is counted."""
        result = self.read_page(page)
        if isinstance(result, Reject) and result.reason == READER_FAILED:
            self.count("errors")
            self.count("reader_errors")
        elif isinstance(result, Reject):
            return self.unusual(page) or result
        return result

    def unusual(self, page: Page) -> Reject | None:
        """Return the reject of a page that is not the portal's: a challenge, a parked domain."""
        kind = unusual(page)
        if kind is None:
            return None
        return Reject(page.url, "extract", REASONS[kind], page.head_title[:200] or None)

    def read_page(self, page: Page) -> Article | Reject:
        """Return what the page shows."""
        return read_safely(page, self.reader)

    def deliver(self, article: Article) -> Iterator[Article]:
        """Yield the article if the arguments want it; end the crawl at ``limit``."""
        if not self.arguments.covers(article.published_at):
            self.count("outside_dates")
            return
        limit = self.arguments.limit
        if limit is not None and self.articles_yielded >= limit:
            raise CloseSpider("limit")
        self.articles_yielded += 1
        is_old = bool(self.arguments.via)  # read by whatever net fits what the portal was then
        if self.family and not is_old and not article.provenance["body"].startswith("selectors"):
            self.count("by_second_net")
        yield article

    def failed(self, failure: Failure) -> Iterator[Output]:
        """Turn a request that failed into a count and, unless it was not archived, a reject."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, NotArchived):
            self.count("not_archived")
            return
        self.count("errors")
        asked = request.meta.get("redirect_urls", [request.url])[0]
        if isinstance(error, UnreadableBodyError):
            yield Reject(asked, "decode", str(error))
            return
        if isinstance(error, UnreadablePage):
            yield Reject(asked, "decode", error.reason, error.detail)
            return
        if isinstance(error, PageTooSlow):
            yield Reject(asked, "extract", TOO_SLOW)
            return
        yield Reject(asked, "fetch", *self._why_failed(error))

    def _wall(self, response: Response) -> str | None:
        """Return the reason where an error page is a challenge, a login wall or a parked domain.

        Of errors and missing pages the status itself says more than their words.
        """
        page = _page_shown(response)
        reject = self.unusual(page) if page else None
        return reject.reason if reject and reject.reason in COUNTED_AS else None

    def _why_failed(self, error: BaseException | None) -> tuple[str, str | None]:
        if isinstance(error, HttpError):
            status = error.response.status
            self.count("pages_read")
            if status not in _GONE and (wall := self._wall(error.response)):
                return wall, f"status {status}"
            if status in _REFUSED:
                self.count("refused")
            elif status in _GONE:
                self.count("missing")
            location = (error.response.headers.get("Location") or b"").decode("latin-1")
            return f"the portal answered {status}", location[:200] or None
        found = ((counter, reason) for applies, counter, reason in _FAILURES if applies(error))
        counter, reason = next(found)
        if counter:
            self.count(counter)
        return reason, f"{type(error).__name__}: {error}"[:200]


_UNREACHABLE = "the portal cannot be reached"
_FAILURES: tuple[tuple[Callable[[BaseException | None], bool], str, str], ...] = (
    (
        lambda e: isinstance(e, OutsideFenceError),
        "led_away",
        "the address leads out of the portal",
    ),
    (lambda e: "max redirections" in str(e), "", "the address redirects without end"),
    (lambda e: isinstance(e, IgnoreRequest), "", "forbidden by robots.txt"),
    (lambda e: isinstance(e, ValueError), "", "the address redirects to no address"),
    (lambda e: isinstance(e, DownloadCancelledError), "", "the page is too large"),
    (
        lambda e: "certificate verify failed" in str(e),
        "bad_certificates",
        "the certificate cannot be verified",
    ),
    (lambda e: isinstance(e, DownloadTimeoutError), "timed_out", _UNREACHABLE),
    (
        lambda e: isinstance(e, CannotResolveHostError | DownloadConnectionRefusedError),
        "unreachable",
        _UNREACHABLE,
    ),
    (lambda _: True, "", _UNREACHABLE),
)
"""What a failed request is: test, counter of the run, and reason of the reject."""


def _page_shown(response: Response) -> Page | None:
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    try:
        return Page.from_bytes(response.url, response.body, kind)
    except UnreadablePage:
        return None


def _is_web_page(content_type: str, body: bytes) -> bool:
    if content_type and not re.search(
        r"html|xml|text/plain|octet-stream", content_type, re.IGNORECASE
    ):
        return False
    start = body[:2048].lstrip()
    return not start.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04"))
