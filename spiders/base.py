"""What every spider does: arguments, pages to articles, failures to rejects.

A portal with known lists is a ``ListingSpider``; one whose addresses nobody described is a
``DiscoverySpider``. A portal's own file holds attributes only.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
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
from portals.catalogue import portal, portals
from portals.crawling.arguments import ArgumentError, CrawlArguments
from portals.crawling.replay import CAPTURED_AT, NotArchived
from portals.crawling.run import RunRecorder
from portals.discovery.explorer import Explorer, PageKind, Shape, Visit
from portals.discovery.links import found_links, news_sections
from portals.discovery.shapes import is_file
from portals.extraction.layout import Layout
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article
from portals.extraction.selectors import select
from portals.extraction.teacher import Teacher, theme_from_json, theme_to_json
from portals.families import Family
from portals.families.recognition import recognise
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

    ``family``: the portal's system. ``layout``: how its articles look, in place of the family's.
    ``external_id``: the number in an article's address, in place of the family's.
    """

    family: ClassVar[Family | None] = None
    layout: ClassVar[Layout | None] = None
    external_id: ClassVar[str | None] = None

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name)
        self.arguments = CrawlArguments.parse(arguments)
        origin = self.arguments.origin
        self.home = f"{origin}/" if origin else portal(self.name).home
        self.host = _host(self.home)
        known = portals().get(self.name)
        self.portal_host = known.host if known else self.host
        self.articles_yielded = 0
        self.reader = self.recipe()

    @classmethod
    def recipe(cls) -> Recipe:
        """Return how this portal's pages are read."""
        family = cls.family
        if family is None:
            return Recipe(portal=cls.name, layout=cls.layout, external_id=cls.external_id)
        return Recipe(
            portal=cls.name,
            themes=family.themes,
            layout=cls.layout or family.layout,
            error_markers=family.error_markers,
            error_titles=family.error_titles,
            external_id=cls.external_id or family.external_id,
            left_alone=family.left_alone,
            general=True,
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
            return self.read_page(page)
        except Exception as error:  # any page may be the one that the reader was not made for
            self.logger.exception("cannot read %s", page.url)
            self.count("errors")
            self.count("reader_errors")
            return Reject(page.url, "extract", "the reader failed", repr(error)[:500])

    def read_page(self, page: Page) -> Article | Reject:
        """Return what the page shows."""
        return read_article(page, self.reader)

    def deliver(self, article: Article) -> Iterator[Article]:
        """Yield the article if the arguments want it; end the crawl at ``limit``."""
        if not self.arguments.covers(article.published_at):
            self.count("outside_dates")
            return
        limit = self.arguments.limit
        if limit is not None and self.articles_yielded >= limit:
            raise CloseSpider("limit")
        self.articles_yielded += 1
        if self.family and not article.provenance["body"].startswith("selectors"):
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
    """A portal whose system is known.

    ``family``: the system, which says how lists, pagers and sections look. ``listings``: paths of
    the portal's lists; where there are none, sections are found from the home page.
    """

    family: ClassVar[Family]
    listings: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name, **arguments)
        self._addresses: dict[str, list[str]] = {}  # of each article: asked first, then others

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of every list wanted, or for the home page."""
        if not self.listings:
            yield Request(self.home, self.parse_home, errback=self.failed)
        section = self.arguments.section or ""
        for path in self.listings:
            if section in path:
                url = urljoin(self.home, path)
                yield self._listing(url, first=True)

    def parse_home(self, response: Response) -> Iterator[Output]:
        """Yield the sections that the home page leads to, and its articles where it is a list."""
        page = self.page_of(response)
        if isinstance(page, Reject):
            yield page
            return
        sections = self._sections(page)
        section = self.arguments.section or ""
        for url in sections:
            if section in url:
                yield self._listing(url, first=False)
        if not sections and not self.family.home_is_listing:
            reason = "the home page leads to no section"
            yield Reject(page.url, "extract", reason, self._other_family(page))
        if self.family.home_is_listing or not sections:
            yield from self._listed(page, first=not sections)

    def parse_listing(self, response: Response, *, first: bool = False) -> Iterator[Output]:
        """Yield the articles of a list page and its other pages."""
        page = self.page_of(response)
        if isinstance(page, Reject):
            yield page
        elif self._is_home(response.url):
            self.count("led_home")  # an unknown address, says NukeViet
        else:
            yield from self._listed(page, first=first)

    def _listed(self, page: Page, *, first: bool) -> Iterator[Output]:
        self.count("listings")
        items = self._items(page)
        if not items:
            yield from self._empty_listing(page, first=first)
            return
        for url in items:
            addresses = self._addresses.setdefault(self.reader.id_of(url) or url, [])
            if url not in addresses:
                addresses.append(url)
            if len(addresses) == 1 and addresses[0] == url:
                yield self._article(url)
        yield from self._parents(items)
        for url in self._links(page, self.family.section_links):
            if (self.arguments.section or "") in url:
                yield self._listing(url, first=False)
        if not self._is_older_than_wanted(page):
            for url in self._links(page, self.family.pager_links):
                yield self._listing(url, first=False)

    def _article(self, url: str) -> Request:
        return Request(url, self.parse_article, errback=self.failed_article, priority=1)

    def failed_article(self, failure: Failure) -> Iterator[Output]:
        """Try the article's other address, if a list gave it one (NukeViet's parent sections)."""
        request: Request = failure.request  # type: ignore[attr-defined]
        addresses = self._addresses.get(self.reader.id_of(request.url) or request.url, [])
        if request.url in addresses[:1] and len(addresses) > 1:
            del addresses[0]
            yield self._article(addresses[0])
        else:
            yield from self.failed(failure)

    def parse_article(self, response: Response) -> Iterator[Output]:
        """Yield the article of a page, or the reject that it is."""
        page = self.page_of(response)
        if not isinstance(page, Reject) and self._is_home(response.url):
            asked = response.meta.get("redirect_urls", [response.url])[0]
            yield Reject(asked, "extract", "the address leads to the home page")
            return
        result = page if isinstance(page, Reject) else self.read(page)
        if isinstance(result, Reject):
            yield result
        else:
            yield from self.deliver(result)

    def _listing(self, url: str, *, first: bool) -> Request:
        arguments = {"first": first}
        return Request(url, self.parse_listing, errback=self.failed, cb_kwargs=arguments)

    def _is_home(self, url: str) -> bool:
        return url.rstrip("/") == self.home.rstrip("/")

    def _sections(self, page: Page) -> list[str]:
        """Return the lists of news that a page leads to, by its feeds, its marks or its menu."""
        found = self._links(page, self.family.section_links)
        if self.family.section_feeds:
            css, pattern, replacement = self.family.section_feeds
            feeds = (str(href) for href in select(page.root, css))
            urls = (
                re.sub(pattern, replacement, feed) for feed in feeds if re.search(pattern, feed)
            )
            found += [own for url in urls if (own := self._own_link(page, url))]
        if self.family.menu_sections:
            found += [own for link in news_sections(page) if (own := self.own(link))]
        home = self.home.rstrip("/")
        return [url for url in dict.fromkeys(found) if url.rstrip("/") != home]

    def _parents(self, items: list[str]) -> Iterator[Request]:
        if not self.family.parent_is_listing:
            return
        section = self.arguments.section or ""
        for url in dict.fromkeys(item.rsplit("/", 1)[0] for item in items):
            if section in url and urlsplit(url).path:
                yield self._listing(url, first=False)

    def _items(self, page: Page) -> list[str]:
        """Return the articles that a list leads to; where addresses tell, by its side boxes too."""
        found = self._links(page, self.family.item_links)
        if self.family.article_path:
            pattern = re.compile(self.family.article_path)
            found += [own for link in found_links(page) if (own := self._own_link(page, link.url))]
            found = [url for url in found if pattern.search(urlsplit(url).path)]
        return list(dict.fromkeys(found))

    def _links(self, page: Page, selectors: tuple[str, ...]) -> list[str]:
        found: dict[str, None] = {}
        for css in selectors:
            for element in select(page.root, css):
                href = "" if isinstance(element, str) else (element.get("href") or "").strip()
                if href and not href.startswith("#") and (url := self._own_link(page, href)):
                    found[url] = None
        return list(found)

    def _own_link(self, page: Page, href: str) -> str | None:
        absolute = page.absolute(href)
        url = self.own(absolute) if absolute else None
        if url is None or is_file(url):
            return None
        left_alone = self.family.left_alone
        return None if left_alone and re.search(left_alone, urlsplit(url).path) else url

    def _empty_listing(self, page: Page, *, first: bool) -> Iterator[Output]:
        if self.family.listing_can_be_article:
            result = self.read(page)
            if isinstance(result, Article):
                yield from self.deliver(result)
                return
        if first:
            self.count("empty_first_lists")
            yield Reject(
                page.url, "extract", "the list leads to no article", self._other_family(page)
            )

    def _other_family(self, page: Page) -> str | None:
        """Say so where a page is of another system than this spider's."""
        found = recognise(page)
        if found is None or found is self.family:
            return page.head_title[:200] or None
        detail = f"the page looks like {found.name}, not like {self.family.name}"
        self.logger.warning("%s: %s", page.url, detail)
        return detail

    def _is_older_than_wanted(self, page: Page) -> bool:
        """With ``since``, a list page whose dates are all older ends its section."""
        since = self.arguments.since
        if since is None:
            return False
        found = [find_date(b.text, page.fetched_at) for b in page.blocks if len(b.text) < 60]
        dates = [reading.at for reading in found if reading]
        return bool(dates) and max(dates) < since


class FamilySpider(ListingSpider):
    """Any site of a system, configured by nothing but its address.

    ``-a origin=URL`` is needed; ``-a portal=NAME`` names the portal in the database, else its host
    does.
    """

    def __init__(
        self, name: str | None = None, portal: str | None = None, **arguments: str
    ) -> None:
        if "origin" not in arguments:
            raise ArgumentError(f"{self.name} reads any site of its system: give -a origin=URL")
        super().__init__(name, **arguments)
        self.name = portal or _host(self.home)
        self.reader = replace(self.reader, portal=self.name)


class DiscoverySpider(PortalSpider):
    """A portal whose addresses nobody described: it finds its way by what pages are.

    What was learnt of the shapes of addresses is kept in the database for the next run.
    """

    explorer: Explorer
    teacher: Teacher

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
        known_theme = recorder.learnt_theme(self.name)
        self.teacher = Teacher(self.reader, theme_from_json(known_theme) if known_theme else None)
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

    def read_page(self, page: Page) -> Article | Reject:
        """Return what the page shows, by what the portal's own pages taught where they did."""
        return self.teacher.read(page)

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
        recorder = self._recorder()
        recorder.keep_shapes(self.name, learnt)
        theme = theme_to_json(self.teacher.theme) if self.teacher.theme else None
        recorder.keep_theme(self.name, theme, self.teacher.taught_by)

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
