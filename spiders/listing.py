"""Spiders of portals whose system is known: its family says how lists and pagers look."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from portals.article import Article, Reject
from portals.crawling.arguments import ArgumentError
from portals.crawling.hostile import REASONS
from portals.crawling.outputs import KEY, KIND, ListRead, Output
from portals.crawling.replay import NotArchived
from portals.crawling.unit import LEASE
from portals.crawling.visiting import is_unchanged, validators
from portals.discovery.addresses import address_key, host_of
from portals.discovery.links import found_links, news_sections
from portals.discovery.paging import (
    KNOWN_RUN,
    MAX_LIST_PAGES,
    REPEATS,
    Pager,
    Place,
    fingerprint_of,
    read_pager,
)
from portals.discovery.shapes import is_file
from portals.extraction.page import Page
from portals.extraction.selectors import select
from portals.families import Family
from portals.families.recognition import recognise
from portals.language.dates import find_date
from portals.language.text import clean
from spiders.base import LAST
from spiders.wayback import ArchivedPortalSpider

_MAX_ADDRESSES = 3  # under which an article is tried


class ListingSpider(ArchivedPortalSpider):
    """A portal whose system is known.

    ``family``: the system, which says how lists, pagers and sections look. ``listings``: paths of
    the portal's lists; where there are none, sections are found from the home page.
    """

    family: ClassVar[Family]
    listings: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name, **arguments)
        self._fingerprints: dict[str, dict[str, int]] = {}  # of sections: pages by what they list

    async def start_live(self) -> AsyncIterator[Request]:
        """Ask for what the calendar wants, and for the first page of every list, or the home."""
        self.fill_gaps()
        for url in self.due():
            yield self._article(url).replace(priority=LAST)
        if not self.listings:
            yield Request(self.home, self.parse_home, errback=self.failed, meta={KIND: "listing"})
        section = self.arguments.section or ""
        for path in self.listings:
            if section in path:
                yield self._listing(urljoin(self.home, path), first=True)

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
                yield self._listing(url)
        if not sections and not self.family.home_is_listing:
            reason = "the home page leads to no section"
            yield Reject(page.url, "extract", reason, self._other_family(page))
        if self.family.home_is_listing or not sections:
            yield from self._listed(page, Place("/", first=not sections))

    def parse_listing(self, response: Response, **place: Any) -> Iterator[Output]:
        """Yield the articles of a list page and its next page."""
        where = Place(**place)
        if is_unchanged(response):
            yield from self._unchanged(response, where)
            return
        page = self.page_of(response)
        if isinstance(page, Reject):
            yield page
            yield from self._broken(where, response.url)
        elif not self._is_home(response.url):
            yield from self._listed(page, where)
        elif where.number < where.last:
            asked = response.meta.get("redirect_urls", [response.url])[0]
            yield Reject(asked, "extract", "the address leads to the home page")
            yield from self._broken(where, asked)
        else:
            self.count("led_home")  # an unknown address, says NukeViet: no list, or behind its end

    def _unchanged(self, response: Response, where: Place) -> Iterator[Output]:
        before = self.frontier.recall(address_key(response.url))
        items = (before.items if before else 0) or 0
        self.count("pages_read")
        self.count("listings")
        self.count("articles_known", items)
        self.count("articles_met", items)
        yield ListRead(
            where.section, where.number, response.url, "unchanged", items,
            stopped="unchanged, says the portal", began=where.number == 1,
        )  # fmt: skip

    def _listed(self, page: Page, where: Place) -> Iterator[Output]:
        self.count("listings")
        items = self._items(page)
        if not items:
            yield from self._empty_listing(page, where)
            return
        for url in items:
            yield self._article(url)
        yield from self._parents(items)
        for url in self._links(page, self.family.section_links):
            if (self.arguments.section or "") in url:
                yield self._listing(url)
        yield from self._turn_page(page, where, items)

    def _turn_page(self, page: Page, where: Place, items: list[str]) -> Iterator[Output]:
        """Note the page in the ledger and go on to the next one, unless the section ends here."""
        pager = self._pager(page, where.number)
        known_run = self._known_run(where, items)
        fingerprint = fingerprint_of(items)
        stopped = self._why_stop(page, where, known_run, len(items))
        if not stopped and not pager.next:
            stopped = "end"
        stopped = stopped or self._why_cut(where, fingerprint)
        yield ListRead(
            where.section, where.number, page.url, "fetched", len(items),
            fingerprint=fingerprint, stopped=stopped, began=where.number == 1,
            expected=() if stopped == REPEATS else pager.ahead,
        )  # fmt: skip
        if not stopped:
            yield from self._next_pages(where, pager, known_run)

    def _why_cut(self, where: Place, fingerprint: str) -> str:
        """Return why a list that would go on does not: it repeats itself, or has no end."""
        seen = self._fingerprints.setdefault(where.section, {})
        if seen.setdefault(fingerprint, where.number) != where.number:
            return REPEATS
        if where.number < MAX_LIST_PAGES:
            return ""
        self.count("cut_lists")
        return "too many pages"

    def _next_pages(self, where: Place, pager: Pager, known_run: int) -> Iterator[Request]:
        for url in pager.next:
            yield self._listing(
                url,
                section=where.section,
                number=where.number + 1,
                last=max([where.last, *(number for number, _ in pager.ahead)]),
                known_run=known_run,
                ahead=[list(item) for item in pager.ahead if item[0] > where.number + 1],
            )

    def _known_run(self, where: Place, items: list[str]) -> int:
        """Return how many articles in a row, up to the end of the page, an earlier walk met."""
        walked_at = self.frontier.memory.walked_at(where.section)
        run = where.known_run
        for url in items:
            visit = self.frontier.recall(self.key_of(url)) if walked_at else None
            is_old = visit is not None and walked_at and visit.first_fetched_at <= walked_at
            run = run + 1 if is_old else 0
        return run

    def _why_stop(self, page: Page, where: Place, known_run: int, items: int) -> str:
        """Return why the section ends here: known articles in a row, or older than wanted.

        Pinned articles stand first on a page: what counts is the run up to its end.
        """
        if self._is_older_than_wanted(page):
            return "older than since"
        wanted = self.arguments
        if wanted.since or wanted.until or wanted.revisit == "all":
            return ""
        is_known = known_run >= min(KNOWN_RUN, items) and self.frontier.remembers
        return "known" if is_known and self.frontier.memory.walked_at(where.section) else ""

    def _pager(self, page: Page, number: int) -> Pager:
        """Return what the pager says on page ``number`` of the list at ``page``."""
        links = []
        for css in self.family.pager_links:
            for element in select(page.root, css):
                if isinstance(element, str):
                    continue
                url = self._own_link(page, (element.get("href") or "#").strip())
                if url and address_key(url) != address_key(page.url):
                    is_next = "next" in (element.get("class") or "")
                    label = "next" if is_next else clean(str(element.xpath("string()")))
                    links.append((label, url))
        return read_pager(links, number)

    def failed_listing(self, failure: Failure) -> Iterator[Output]:
        """Enter a list page that failed into the ledger, and go on behind it where that is known.

        A list that breaks off in the middle must not look like a list that ends.
        """
        request: Request = failure.request  # type: ignore[attr-defined]
        where = Place(**request.cb_kwargs)
        yield from self.failed(failure)
        if isinstance(failure.value, NotArchived):
            return
        yield from self._broken(where, request.url)

    def _broken(self, where: Place, url: str) -> Iterator[Output]:
        """Note a list page that could not be read, and go on behind it where that is known."""
        yield ListRead(
            where.section, where.number, url, "failed",
            stopped="" if where.ahead else "a page failed", began=where.number == 1,
        )  # fmt: skip
        yield from self._behind(where)

    def _behind(self, where: Place) -> Iterator[Request]:
        if where.ahead:
            (number, url), *behind = where.ahead
            yield self._listing(
                url, section=where.section, number=number, last=where.last, ahead=behind
            )

    def _article(self, url: str) -> Request:
        return Request(
            url,
            self.parse_article,
            errback=self.failed_article,
            priority=1,
            meta=self.meta_of("article", url),
        )

    def failed_article(self, failure: Failure) -> Iterator[Output]:
        """Try the article's other address, if a list gave it one (NukeViet's parent sections)."""
        request: Request = failure.request  # type: ignore[attr-defined]
        tried = [*request.cb_kwargs.get("tried", ()), request.url]
        others = self.frontier.queue.others(request.meta[LEASE])
        untried = [url for url in others if url not in tried]
        if not untried or len(tried) > _MAX_ADDRESSES:
            yield from self.failed(failure)
            return
        other = self._article(untried[0])
        meta = {KIND: "article", KEY: f"{self.key_of(other.url)} {len(tried) + 1}"}
        yield other.replace(cb_kwargs={"tried": tried}, meta=meta)

    def parse_article(
        self,
        response: Response,
        tried: Sequence[str] = (),  # noqa: ARG002 - for the errback
    ) -> Iterator[Output]:
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

    def _listing(self, url: str, **place: Any) -> Request:
        place.setdefault("section", address_key(url))
        meta: dict[str, Any] = {KIND: "listing"}
        headers = None
        if place.get("number", 1) == 1 and self._asks_for_changes(place["section"]):
            headers = validators(self.frontier.recall(address_key(url)))
            meta["handle_httpstatus_list"] = [304]
        return Request(
            url,
            self.parse_listing,
            errback=self.failed_listing,
            cb_kwargs=place,
            headers=headers or None,
            meta=meta,
        )

    def _asks_for_changes(self, section: str) -> bool:
        """Tell whether a list may answer that it is unchanged: not where a walk left something."""
        wanted = self.arguments
        is_usual = wanted.revisit == "due" and not wanted.is_partial
        return is_usual and self.frontier.memory.is_walked(section)

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
                yield self._listing(url)

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

    def _empty_listing(self, page: Page, where: Place) -> Iterator[Output]:
        began = where.number == 1
        reject = self.unusual(page)
        if reject and reject.reason != REASONS["missing"]:  # so some say that a list has ended
            yield reject
            yield from self._broken(where, page.url)
            return
        if self.family.listing_can_be_article:
            result = self.read(page)
            if isinstance(result, Article):
                yield ListRead(
                    where.section, where.number, page.url, "fetched", 1, stopped="end", began=began
                )
                yield from self.deliver(result)
                return
        if where.first or where.number < where.last:
            reason = (
                "the list leads to no article"
                if where.first
                else f"page {where.number} of {where.last} of the list is empty"
            )
            yield Reject(page.url, "extract", reason, self._other_family(page))
            yield ListRead(
                where.section, where.number, page.url, "empty", began=began,
                stopped="" if where.ahead else "an empty page",
            )  # fmt: skip
            yield from self._behind(where)
            return
        yield ListRead(where.section, where.number, page.url, "fetched", stopped="end", began=began)

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
