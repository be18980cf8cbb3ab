"""Spiders of portals whose system is known: its family says how lists and pagers look."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from portals.article import Article, Reject
from portals.crawling.arguments import ArgumentError
from portals.discovery.links import found_links, news_sections
from portals.discovery.shapes import is_file
from portals.extraction.page import Page
from portals.extraction.selectors import select
from portals.families import Family
from portals.families.recognition import recognise
from portals.language.dates import find_date
from spiders.base import Output, PortalSpider, host_of


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
        self.name = portal or host_of(self.home)
        self.reader = replace(self.reader, portal=self.name)
