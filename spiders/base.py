"""What every spider does: arguments, pages to articles, failures to rejects.

A portal with known lists is a ``ListingSpider``; one whose addresses nobody described is a
``DiscoverySpider``. A portal's own file holds attributes only.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit, urlunsplit

from scrapy import Request, Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    CloseSpider,
    DownloadConnectionRefusedError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from portals.article import Article, Reject
from portals.catalogue import portal
from portals.crawling.arguments import CrawlArguments
from portals.crawling.replay import CAPTURED_AT, NotArchived
from portals.crawling.run import RunRecorder
from portals.discovery.explorer import Explorer, PageKind, Shape, Visit
from portals.discovery.links import found_links
from portals.extraction.layout import Layout
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article
from portals.extraction.selectors import Theme, select
from portals.language.dates import find_date
from portals.language.decoding import UndecodableText
from portals.language.text import content_hash
from portals.store.database import LearntShape

_UNREACHABLE = (CannotResolveHostError, DownloadConnectionRefusedError)
_REFUSED = frozenset([401, 403, 429, 451])
_GONE = frozenset([404, 410])

Output = Article | Reject | Request


class PortalSpider(Spider):
    """Base of all spiders.

    ``themes``, ``layout``, ``error_markers``, ``error_titles``, ``external_id`` and
    ``article_path`` make the ``Recipe`` by which pages are read.
    """

    themes: ClassVar[tuple[Theme, ...]] = ()
    layout: ClassVar[Layout | None] = None
    error_markers: ClassVar[tuple[str, ...]] = ()
    error_titles: ClassVar[str | None] = None
    external_id: ClassVar[str | None] = None
    article_path: ClassVar[str | None] = None

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name)
        self.arguments = CrawlArguments.parse(arguments)
        home = portal(self.name).home
        self.home = f"{self.arguments.origin}/" if self.arguments.origin else home
        self.host = _host(self.home)
        self.portal_host = _host(home)
        self.articles_yielded = 0
        self.reader = self.recipe()

    @classmethod
    def recipe(cls) -> Recipe:
        """Return how this portal's pages are read."""
        return Recipe(
            portal=cls.name,
            themes=cls.themes,
            layout=cls.layout,
            error_markers=cls.error_markers,
            error_titles=cls.error_titles,
            external_id=cls.external_id,
            article_path=cls.article_path,
        )

    # --- requests --------------------------------------------------------------------------------

    def own(self, url: str) -> str | None:
        """Return ``url`` where it is of this portal, moved to ``origin`` if one was given."""
        host = _host(url)
        if host == self.host:
            return url
        if self.arguments.origin and host == self.portal_host:
            origin, parts = urlsplit(self.arguments.origin), urlsplit(url)
            return urlunsplit(parts._replace(scheme=origin.scheme, netloc=origin.netloc))
        return None

    def count(self, name: str) -> None:
        """Add one to a counter of the run."""
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"portal/{name}")

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
        except UndecodableText as error:
            return Reject(response.url, "decode", "the text cannot be decoded", str(error))

    def read(self, page: Page) -> Article | Reject:
        """Return what the page shows; a failing reader is a reject and is counted."""
        try:
            return read_article(page, self.reader)
        except Exception as error:  # any page may be the one that the reader was not made for
            self.logger.exception("cannot read %s", page.url)
            self.count("errors")
            self.count("reader_errors")
            return Reject(page.url, "extract", "the reader failed", repr(error)[:500])

    def deliver(self, article: Article) -> Iterator[Article]:
        """Yield the article if the arguments want it; end the crawl at ``limit``."""
        if not self.arguments.covers(article.published_at):
            self.count("outside_dates")
            return
        limit = self.arguments.limit
        if limit is not None and self.articles_yielded >= limit:
            raise CloseSpider("limit")
        self.articles_yielded += 1
        yield article

    def failed(self, failure: Failure) -> Iterator[Output]:
        """Turn a request that failed into a count and, unless it was not archived, a reject."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, NotArchived):
            self.count("not_archived")
            return
        self.count("errors")
        yield Reject(request.url, "fetch", *self._why_failed(error))

    def _why_failed(self, error: BaseException | None) -> tuple[str, str | None]:
        if isinstance(error, HttpError):
            status = error.response.status
            self.count("pages_read")
            if status in _REFUSED:
                self.count("refused")
            elif status not in _GONE:
                self.count("failed_fetches")
            return f"the portal answered {status}", None
        if isinstance(error, IgnoreRequest):
            return "forbidden by robots.txt", str(error)[:200]
        self.count("unreachable" if isinstance(error, _UNREACHABLE) else "failed_fetches")
        return "the portal cannot be reached", f"{type(error).__name__}: {error}"[:200]


class ListingSpider(PortalSpider):
    """A portal whose lists are known.

    ``listings``: their paths. ``item_links``: selectors of the links to articles.
    ``pager_links``: selectors of the links to other pages of a list. ``article_path``: how the path
    of an article looks (the net where the selectors find nothing). ``listing_can_be_article``:
    a list with one article shows the article itself. ``parent_is_listing``: the address above an
    article is a list too.
    """

    listings: ClassVar[tuple[str, ...]] = ()
    item_links: ClassVar[tuple[str, ...]] = ()
    pager_links: ClassVar[tuple[str, ...]] = ()
    listing_can_be_article: ClassVar[bool] = False
    parent_is_listing: ClassVar[bool] = False

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name, **arguments)
        self._asked: set[str] = set()

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of every list wanted."""
        section = self.arguments.section or ""
        for path in self.listings:
            if section in path:
                url = urljoin(self.home, path)
                yield Request(
                    url, self.parse_listing, errback=self.failed, cb_kwargs={"first": True}
                )

    def parse_listing(self, response: Response, *, first: bool = False) -> Iterator[Output]:
        """Yield the articles of a list page and its other pages."""
        page = self.page_of(response)
        if isinstance(page, Reject):
            yield page
            return
        self.count("listings")
        items = self._items(page)
        if not items:
            yield from self._empty_listing(page, first=first)
            return
        for url in items:
            key = self.reader.id_of(url) or url
            if key not in self._asked:
                self._asked.add(key)
                yield Request(url, self.parse_article, errback=self.failed, priority=1)
        yield from self._parents(items)
        if not self._is_older_than_wanted(page):
            for url in self._links(page, self.pager_links):
                yield Request(url, self.parse_listing, errback=self.failed)

    def _parents(self, items: list[str]) -> Iterator[Request]:
        section = self.arguments.section or ""
        for url in dict.fromkeys(item.rsplit("/", 1)[0] for item in items):
            if self.parent_is_listing and section in url and urlsplit(url).path:
                yield Request(url, self.parse_listing, errback=self.failed)

    def parse_article(self, response: Response) -> Iterator[Output]:
        """Yield the article of a page, or the reject that it is."""
        page = self.page_of(response)
        result = page if isinstance(page, Reject) else self.read(page)
        if isinstance(result, Reject):
            yield result
        else:
            yield from self.deliver(result)

    def _items(self, page: Page) -> list[str]:
        found = self._links(page, self.item_links)
        if found or not self.article_path:
            return found
        urls = (self.own(link.url) for link in found_links(page))
        pattern = re.compile(self.article_path)
        return list(
            dict.fromkeys(url for url in urls if url and pattern.search(urlsplit(url).path))
        )

    def _links(self, page: Page, selectors: tuple[str, ...]) -> list[str]:
        found: dict[str, None] = {}
        for css in selectors:
            for element in select(page.root, css):
                href = "" if isinstance(element, str) else (element.get("href") or "").strip()
                absolute = page.absolute(href) if href and not href.startswith("#") else None
                if absolute and (url := self.own(absolute)):
                    found[url] = None
        return list(found)

    def _empty_listing(self, page: Page, *, first: bool) -> Iterator[Output]:
        if self.listing_can_be_article:
            result = self.read(page)
            if isinstance(result, Article):
                yield from self.deliver(result)
                return
        if first:
            self.count("empty_first_lists")
            yield Reject(page.url, "extract", "the list leads to no article", page.head_title[:200])

    def _is_older_than_wanted(self, page: Page) -> bool:
        """With ``since``, a list page whose dates are all older ends its section."""
        since = self.arguments.since
        if since is None:
            return False
        found = [find_date(b.text, page.fetched_at) for b in page.blocks if len(b.text) < 60]
        dates = [reading.at for reading in found if reading]
        return bool(dates) and max(dates) < since


class DiscoverySpider(PortalSpider):
    """A portal whose addresses nobody described: it finds its way by what pages are.

    What was learnt of the shapes of addresses is kept in the database for the next run.
    """

    explorer: Explorer

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the home page."""
        recorder = self._recorder()
        learnt = [
            Shape(
                name=known.shape,
                kind=known.kind,
                pages_read=known.pages_read,
                articles=known.articles,
                listings=known.listings,
                example=known.example,
            )
            for known in recorder.learnt_shapes(self.name)
        ]
        self.explorer = Explorer(self.home, learnt)
        yield self._request(Visit(self.home, "listing"))

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Output]:
        """Yield the article of a page, if it is one, and what to read next."""
        visit: Visit = kwargs["visit"]
        page = self.page_of(response)
        if isinstance(page, Reject):
            yield page
            yield from self._requests(self.explorer.failed(visit.url))
            return
        if visit.url != self.home and response.url.rstrip("/") == self.home.rstrip("/"):
            yield Reject(visit.url, "extract", "the address leads to the home page")
            yield from self._requests(self.explorer.failed(visit.url))
            return
        yield from self._explore(page, visit)

    def _explore(self, page: Page, visit: Visit) -> Iterator[Output]:
        result: Article | Reject | None = None if visit.url == self.home else self.read(page)
        kind: PageKind = "other"
        text_hash = None
        wanted = False
        if isinstance(result, Article):
            kind = "article" if result.published_at else "undated"
            text_hash = content_hash(result.title, result.body)
            wanted = kind == "article" or self.explorer.accepts_undated(visit.url)
        links = [
            type(link)(url, link.text) for link in found_links(page) if (url := self.own(link.url))
        ]
        seen = self.explorer.see(visit.url, kind, links, text_hash)
        if seen.is_list:
            self.count("listings")
        if wanted and isinstance(result, Article):
            yield from self.deliver(result)
        elif isinstance(result, Reject) and not seen.is_list and visit.purpose == "article":
            yield result
        yield from self._requests(seen.visits)

    def failed_visit(self, failure: Failure) -> Iterator[Output]:
        """Count a failed visit and go on with what is left."""
        yield from self.failed(failure)
        visit: Visit = failure.request.cb_kwargs["visit"]  # type: ignore[attr-defined]
        yield from self._requests(self.explorer.failed(visit.url))

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy passes it
        """Keep what was learnt."""
        learnt = [
            LearntShape(
                shape=shape.name,
                kind=shape.kind,
                pages_read=shape.pages_read,
                articles=shape.articles,
                listings=shape.listings,
                example=shape.example or self.home,
            )
            for shape in self.explorer.learnt()
            if shape.kind != "unknown"
        ]
        self._recorder().keep_shapes(self.name, learnt)

    def _recorder(self) -> RunRecorder:
        recorder = self.crawler.get_extension(RunRecorder)
        assert recorder is not None
        return recorder

    def _requests(self, visits: list[Visit]) -> Iterator[Request]:
        section = self.arguments.section
        for visit in visits:
            if section and visit.purpose == "page" and section not in visit.url:
                continue
            yield self._request(visit)

    def _request(self, visit: Visit) -> Request:
        return Request(
            visit.url,
            self.parse,
            errback=self.failed_visit,
            cb_kwargs={"visit": visit},
            priority=1 if visit.purpose in ("article", "sample") else 0,
            dont_filter=True,
        )


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")


def _is_web_page(content_type: str, body: bytes) -> bool:
    if content_type and not re.search(
        r"html|xml|text/plain|octet-stream", content_type, re.IGNORECASE
    ):
        return False
    start = body[:2048].lstrip()
    return not start.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04"))
