"""Portals whose CMS is known: its family describes listings and pagers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from portals.article import Article, Reject, reject
from portals.crawling.requests import LEASE
from portals.crawling.revisit_policy import validators
from portals.crawling.spider_outputs import KEY, KIND, ListingPageRead, SpiderOutput
from portals.discovery.paging import (
    KNOWN_STREAK,
    MAX_LISTING_PAGES,
    ListingCursor,
    Pager,
    fingerprint_of,
)
from portals.discovery.posted_pagers import posted_page
from portals.extraction.page import Page
from portals.families import Family
from portals.families.recognition import recognise
from portals.language.dates import find_date
from portals.network.replay_handler import NotArchivedError
from portals.network.robots import ForbiddenByRobotsError
from portals.outcomes import Counter, RejectCode, StopReason
from portals.store.crawl_state import PageVisit
from portals.timestamps import utc_now
from portals.urls import url_key
from spiders.base.answers import asked, part_of_list
from spiders.base.listed_links import ListedLinks
from spiders.base.listing_pagers import pager_of, post_request
from spiders.base.portal import REVISIT_PRIORITY, Finder, PortalSpider, link_facts
from spiders.base.wayback import WaybackFinder

_NOT_MODIFIED = 304
_KNOWN_AFTER = timedelta(days=14)  # a home page that named no list in so many nights has none
_ENTRY_AGAIN = timedelta(days=7)  # an entry of the menu that was no listing
_MAX_ENTRIES = 30
_ANSWERED = (200, 404, 410)
_ANOTHER_NIGHT = timedelta(hours=12)  # two visits that are closer are attempts of one night
_MAX_HOPS = 3  # home pages in a row that only send on
_SECOND = 2  # page of a listing
_MAX_URLS = 3  # URLs under which an article is requested


class ListingFinder(Finder):
    """Reads the listings of a portal whose CMS is known, page after page."""

    callbacks = (
        "parse_home", "parse_listing", "parse_menu_entry",
        "on_home_error", "on_listing_error", "on_article_error",
    )  # fmt: skip
    trusts_feeds = True
    expects_markup = True

    def __init__(self, spider: PortalSpider) -> None:
        super().__init__(spider)
        assert spider.family is not None, "a listing spider must set its family"
        self.family = spider.family
        self.listings = spider.listings
        self.is_complete = getattr(spider, "are_listings_complete", True)
        self._fingerprints: dict[str, dict[str, int]] = {}  # by listing: link fingerprint → page
        self.links = ListedLinks(spider, spider.family)

    def start(self) -> Iterator[Request]:
        """Request due revisits and the first page of every listing, or the home page."""
        for url in self.due_revisits():
            yield self.article_request(url).replace(priority=REVISIT_PRIORITY)
        if not self.listings or not self.is_complete:
            yield Request(
                self.spider.home_url,
                self.parse_home,
                errback=self.on_home_error,
                meta={KIND: "listing"},
            )
        for path in self.listings:
            if self.spider.is_wanted_listing(path):
                url = urljoin(self.spider.home_url, path)
                yield self._listing(url, is_declared=self.is_complete)

    def parse_home(self, response: Response, hops: int = 0) -> Iterator[SpiderOutput]:
        """Yield requests for the listings in the home page, and its articles if it is a listing.

        ``hops``: home pages before this one that only sent on.
        """
        page = self.spider.page_of(response)
        if isinstance(page, Reject):
            yield page
            yield from self._home_missed(response.url)
            return
        forward = self.spider.forward_of(page, response)
        if forward and hops < _MAX_HOPS:
            yield Request(
                forward,
                self.parse_home,
                errback=self.on_home_error,
                cb_kwargs={"hops": hops + 1},
                meta={KIND: "listing"},
            )
            return
        yield from self.spider.remember_announced(page)
        sections = self.links.sections(page)
        for url in sections:
            if self.spider.is_wanted_listing(url) and not self.spider.history.is_gone(url_key(url)):
                yield self._listing(url)
        yield from self._menu_entries(page, sections)
        if not sections and not self.family.is_home_a_listing:
            yield Reject(page.url, RejectCode.NO_LISTING, self._other_family(page))
        if self.family.is_home_a_listing or not sections:
            yield from self._listed(page, ListingCursor("/", is_declared=not sections))

    def _menu_entries(self, page: Page, sections: Collection[str]) -> Iterator[Request]:
        """Request the entries of the menu that may be listings."""
        for url in self.links.unnamed(page, sections)[:_MAX_ENTRIES]:
            visit = self.spider.history.last_visit(url_key(url))
            if not self.spider.is_wanted_listing(url):
                continue
            if visit is not None and visit.listed_articles:
                yield self._listing(url)
            elif visit is None or _may_be_listing(visit):
                yield Request(
                    url,
                    self.parse_menu_entry,
                    errback=self.on_listing_error,
                    cb_kwargs={"listing": url_key(url)},
                    meta={KIND: "listing"},
                )

    def parse_menu_entry(self, response: Response, **place: Any) -> Iterator[SpiderOutput]:
        """Read an entry of the menu as a listing if the selectors of the CMS say that it is one.

        A page in place of it (a challenge, a file, blank at the first visit) makes a missing page.
        """
        place.setdefault("listing", url_key(response.url))  # missing in "scrapy parse"
        where = ListingCursor(**place)
        page = self.spider.page_of(response)
        found = page if isinstance(page, Reject) else self._hiding(page, where)
        if found and found.code is not RejectCode.ERROR_PAGE:
            yield found
            yield from self._broken(where, response.url)
        elif isinstance(page, Page) and not self.spider.is_home(response.url):
            yield from self._listed(page, where) if self.links.lists_articles(page) else ()

    def _hiding(self, page: Page, where: ListingCursor) -> Reject | None:
        """Return the reject of an entry of the menu that another page hides, else None."""
        if not page.lines and self.spider.history.last_visit(where.listing) is None:
            return Reject(page.url, RejectCode.EMPTY_PAGE)
        return self.spider.interstitial_of(page)

    def on_home_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Record a home page that failed."""
        yield from self.spider.on_error(failure)
        if not isinstance(failure.value, (NotArchivedError, ForbiddenByRobotsError)):
            yield from self._home_missed(failure.request.url)  # type: ignore[attr-defined]

    def _home_missed(self, url: str) -> Iterator[SpiderOutput]:
        """Request the listings that earlier home pages named beside the declared ones.

        Where none is known, what the home page names is missing, unless it has been requested for
        weeks and the declared listings are all that there was.
        """
        if self.listings and self.is_complete:
            return
        urls = [
            own
            for key, page in self.spider.history.first_pages().items()
            if key != "/" and (own := self.spider.normalize_url(page))
        ]
        wanted = filter(self.spider.is_wanted_listing, urls)
        yield from (self._listing(one) for one in wanted)
        before = self.spider.history.last_visit(url_key(self.spider.home_url))
        is_old = before is not None and _is_older(before.first_fetched_at, _KNOWN_AFTER)
        if not self.listings or not (len(urls) > len(self.listings) or is_old):
            yield from self._broken(ListingCursor("/"), url)

    def parse_listing(self, response: Response, **place: Any) -> Iterator[SpiderOutput]:
        """Yield requests for the articles of a listing page and for the next page."""
        place.setdefault("listing", url_key(response.url))  # missing in "scrapy parse"
        where = ListingCursor(**place)
        if response.status == _NOT_MODIFIED:
            yield from self._unchanged(response, where)
            return
        page = self.spider.page_of(part_of_list(response) if where.number > 1 else response)
        if isinstance(page, Reject):
            yield page
            yield from self._broken(where, response.url)
        elif not self.spider.is_home(response.url):
            yield from self._listed(page, where)
        elif self._must_list(where, asked(response)):
            yield Reject(asked(response), RejectCode.REDIRECTED_HOME)
            yield from self._broken(where, asked(response))

    def _must_list(self, where: ListingCursor, url: str) -> bool:
        """Return False for an unknown URL, or one past the last page (NukeViet)."""
        if where.number < where.last or where.is_posted or where.is_declared:
            return True
        before = self.spider.history.last_visit(url_key(url))
        return bool(before and before.listed_articles)

    def _unchanged(self, response: Response, where: ListingCursor) -> Iterator[SpiderOutput]:
        yield from self.spider.remember_announced()
        before = self.spider.history.last_visit(url_key(response.url))
        items = (before.listed_articles if before else 0) or 0
        self.spider.inc_counter(Counter.PAGES_READ)
        self.spider.inc_counter(Counter.LISTINGS)
        self.spider.inc_counter(Counter.SKIPPED_KNOWN, items)
        self.spider.inc_counter(Counter.LISTED_KNOWN, items)
        yield ListingPageRead(
            where.listing, where.number, response.url, "unchanged", items,
            stop_reason=StopReason.UNCHANGED, is_traversal_start=where.number == 1,
        )  # fmt: skip

    def _listed(self, page: Page, where: ListingCursor) -> Iterator[SpiderOutput]:
        self.spider.inc_counter(Counter.LISTINGS)
        yield from self.spider.remember_announced(page)
        listed = self.links.items(page, where.number)
        if not listed.urls or (listed.is_doubtful and self._is_article(page)):
            yield from self._empty_listing(page, where)
            return
        if listed.is_by_headlines and not self._is_home_beside_sections(where):
            self.spider.inc_counter(Counter.LISTINGS_BY_HEADLINES)
        for url in [*listed.urls, *listed.beside]:
            link = listed.links.get(url)
            yield self.article_request(url, *((link.text, link.day) if link else ()))
        yield from self._parents(listed.urls)
        for url in self.links.select(page, self.family.section_links):
            if self.spider.is_wanted_listing(url):
                yield self._listing(url)
        yield from self._turn_page(page, where, listed.urls)

    def _is_home_beside_sections(self, where: ListingCursor) -> bool:
        """Return True for a home page of boxes whose articles are found by their addresses.

        Every site of such a CMS has boxes of its own there; its sections show what the theme is.
        """
        return bool(self.family.article_path) and where.listing == "/" and not where.is_declared

    def _is_article(self, page: Page) -> bool:
        """Return True for a listing with one article, which shows the article itself."""
        is_possible = self.family.can_listing_be_article
        return is_possible and isinstance(self.spider.read_with_recipe(page), Article)

    def _turn_page(
        self, page: Page, where: ListingCursor, items: list[str]
    ) -> Iterator[SpiderOutput]:
        """Record the listing page and request the next one, unless the traversal stops here."""
        pager = pager_of(self.links, page, where, len(items))
        if pager is None:
            self.spider.inc_counter(Counter.UNFOLLOWED_PAGERS)
            pager = Pager(())
        known_streak = self._known_streak(where, items)
        fingerprint = fingerprint_of(items)
        stopped = self._why_stop(page, where, known_streak, len(items))
        if not stopped and not pager.next and not pager.form:
            stopped = StopReason.END
        stopped = stopped or self._why_cut(where, fingerprint)
        if stopped is StopReason.REPEATS and where.is_posted and where.number == _SECOND:
            self.spider.inc_counter(Counter.UNFOLLOWED_PAGERS)  # the form had no effect
        yield ListingPageRead(
            where.listing, where.number, page.url, "fetched", len(items),
            fingerprint=fingerprint, stop_reason=stopped, is_traversal_start=where.number == 1,
            expected=() if stopped is StopReason.REPEATS else pager.upcoming_pages,
        )  # fmt: skip
        if not stopped:
            yield from self._next_pages(where, pager, known_streak)

    def _why_cut(self, where: ListingCursor, fingerprint: str) -> StopReason | None:
        """Return the stop reason of a listing that repeats itself or has too many pages."""
        seen = self._fingerprints.setdefault(where.listing, {})
        if seen.setdefault(fingerprint, where.number) != where.number:
            return StopReason.REPEATS
        if where.number < MAX_LISTING_PAGES:
            return None
        self.spider.inc_counter(Counter.TRUNCATED_LISTINGS)
        return StopReason.TOO_MANY_PAGES

    def _next_pages(
        self, where: ListingCursor, pager: Pager, known_streak: int
    ) -> Iterator[Request]:
        place: dict[str, Any] = {
            "listing": where.listing,
            "number": where.number + 1,
            "last": max([where.last, *(number for number, _ in pager.upcoming_pages)]),
            "known_streak": known_streak,
        }
        upcoming = [list(item) for item in pager.upcoming_pages if item[0] > where.number + 1]
        for url in pager.next:
            yield self._listing(url, **place, upcoming_pages=upcoming)
        if pager.form:
            yield post_request(
                pager.form,
                posted_page(where.listing, where.number + 1),
                callback=self.parse_listing,
                errback=self.on_listing_error,
                cb_kwargs={**place, "is_posted": True},
            )

    def _known_streak(self, where: ListingCursor, items: list[str]) -> int:
        """Return how many consecutive articles, up to the end of the page, are known.

        Known: first fetched before the end of the last complete traversal.
        """
        completed_at = self.spider.history.completed_at(where.listing)
        run = where.known_streak
        for url in items:
            visit = (
                self.spider.history.last_visit(self.spider.page_key(url)) if completed_at else None
            )
            is_old = visit is not None and completed_at and visit.first_fetched_at <= completed_at
            run = run + 1 if is_old else 0
        return run

    def _why_stop(
        self, page: Page, where: ListingCursor, known_streak: int, items: int
    ) -> StopReason | None:
        """Return the stop reason: consecutive known articles, or all older than ``since``.

        Pinned articles come first on a page, so that only the streak at its end counts.
        """
        if self._is_older_than_wanted(page):
            return StopReason.OLDER_THAN_SINCE
        wanted = self.spider.arguments
        if wanted.since or wanted.until or wanted.revisit == "all":
            return None
        is_known = known_streak >= min(KNOWN_STREAK, items) and self.spider.history.is_live
        is_complete = is_known and self.spider.history.completed_at(where.listing)
        return StopReason.KNOWN if is_complete else None

    def on_listing_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Record a listing page that failed, and request the page after it if its URL is known.

        Otherwise a listing with a missing page would look like one that ends there.
        """
        request: Request = failure.request  # type: ignore[attr-defined]
        where = ListingCursor(**request.cb_kwargs)
        yield from self.spider.on_error(failure)
        if isinstance(failure.value, NotArchivedError):
            return
        if isinstance(failure.value, ForbiddenByRobotsError):
            self.spider.inc_counter(Counter.FORBIDDEN_LISTINGS)  # the portal's right: not missing
            return
        is_linked_only = where.number == 1 and not where.is_declared
        if is_linked_only and self.spider.is_dead_link(failure.value, url_key(request.url)):
            return
        yield from self._broken(where, request.url)

    def _broken(self, where: ListingCursor, url: str) -> Iterator[SpiderOutput]:
        """Record an unreadable listing page, and request the page after it if its URL is known."""
        yield from self.spider.remember_announced()
        yield ListingPageRead(
            where.listing, where.number, url, "failed",
            stop_reason=None if where.upcoming_pages else StopReason.PAGE_FAILED,
            is_traversal_start=where.number == 1, is_declared=where.is_declared,
        )  # fmt: skip
        yield from self._behind(where)

    def _behind(self, where: ListingCursor) -> Iterator[Request]:
        if where.upcoming_pages:
            (number, url), *behind = where.upcoming_pages
            yield self._listing(
                url, listing=where.listing, number=number, last=where.last, upcoming_pages=behind
            )

    def article_request(self, url: str, label: str = "", day: str = "") -> Request:
        """Return the request for an article."""
        return Request(
            url,
            self.spider.parse_article,
            errback=self.on_article_error,
            cb_kwargs=link_facts(label, day),
            priority=1,
            meta=self.spider.request_meta("article", url),
        )

    def on_article_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Request the article's alternate URL, if listings gave one (NukeViet: parent sections)."""
        request: Request = failure.request  # type: ignore[attr-defined]
        tried = [*request.cb_kwargs.get("tried", ()), request.url]
        others = self.spider.history.alternate_urls(request.meta.get(LEASE, 0))
        untried = [url for url in others if url not in tried]
        if not untried or len(tried) > _MAX_URLS:
            yield from self.spider.on_error(failure)
            return
        other = self.article_request(untried[0])
        meta = {KIND: "article", KEY: f"{self.spider.page_key(other.url)} {len(tried) + 1}"}
        yield other.replace(cb_kwargs={"tried": tried}, meta=meta)

    def _listing(self, url: str, **place: Any) -> Request:
        place.setdefault("listing", url_key(url))
        meta: dict[str, Any] = {KIND: "listing"}
        headers = None
        if place.get("number", 1) == 1 and self._is_conditional(place["listing"]):
            headers = validators(self.spider.history.last_visit(url_key(url)))
            meta["handle_httpstatus_list"] = [304]
        return Request(
            url,
            self.parse_listing,
            errback=self.on_listing_error,
            cb_kwargs=place,
            headers=headers or None,
            meta=meta,
        )

    def _is_conditional(self, section: str) -> bool:
        """Return True if a conditional request is safe: the last traversal was complete."""
        wanted = self.spider.arguments
        is_usual = wanted.revisit == "due" and not wanted.is_partial
        return is_usual and self.spider.history.is_completed(section)

    def _parents(self, items: list[str]) -> Iterator[Request]:
        if not self.family.is_parent_a_listing:
            return
        for url in dict.fromkeys(item.rsplit("/", 1)[0] for item in items):
            if urlsplit(url).path and self.spider.is_wanted_listing(url):
                yield self._listing(url)

    def _empty_listing(self, page: Page, where: ListingCursor) -> Iterator[SpiderOutput]:
        began = where.number == 1
        end = ListingPageRead(
            where.listing, where.number, page.url, "fetched",
            stop_reason=StopReason.END, is_traversal_start=began,
        )  # fmt: skip
        found = self.spider.interstitial_of(page)
        if found and found.code is not RejectCode.ERROR_PAGE:  # some portals end a listing so
            yield found
            yield from self._broken(where, page.url)
            return
        if self.family.can_listing_be_article:
            result = self.spider.read(page)
            if isinstance(result, Article):
                yield replace(end, items=1)
                yield from self.spider.yield_if_wanted(result)
                return
        if where.is_declared or where.number < where.last:
            code = RejectCode.EMPTY_LISTING_PAGE
            if where.is_declared:
                code = RejectCode.EMPTY_LISTING
            detail = self._other_family(page)
            yield reject(page.url, code, detail, number=where.number, last=where.last)
            yield ListingPageRead(
                where.listing, where.number, page.url, "empty", is_traversal_start=began,
                stop_reason=None if where.upcoming_pages else StopReason.EMPTY_PAGE,
                is_declared=where.is_declared,
            )  # fmt: skip
            yield from self._behind(where)
            return
        yield end

    def _other_family(self, page: Page) -> str | None:
        """Return a warning if the page is of another CMS than the spider's, else its title."""
        found = recognise(page)
        if found is None or found is self.family:
            return page.head_title[:200] or None
        detail = f"the page looks like {found.name}, not like {self.family.name}"
        self.spider.logger.warning("%s: %s", page.url, detail)
        return detail

    def _is_older_than_wanted(self, page: Page) -> bool:
        """Return True if ``since`` is given and all dates on a listing page are older."""
        since = self.spider.arguments.since
        if since is None:
            return False
        found = [find_date(b.text, page.fetched_at) for b in page.blocks if len(b.text) < 60]
        dates = [reading.at for reading in found if reading]
        return bool(dates) and max(dates) < since


def _may_be_listing(visit: PageVisit) -> bool:
    """Return True for an entry of the menu that is due: weekly, once two nights say it is none."""
    is_answered = visit.status in _ANSWERED and visit.kind != "listing"
    first, last = map(datetime.fromisoformat, (visit.first_fetched_at, visit.fetched_at))
    is_proven = is_answered and last - first >= _ANOTHER_NIGHT
    return not is_proven or _is_older(visit.fetched_at, _ENTRY_AGAIN)


def _is_older(fetched_at: str, age: timedelta) -> bool:
    return utc_now() - datetime.fromisoformat(fetched_at) >= age


class ListingSpider(PortalSpider):
    """A portal whose CMS is known.

    ``family``: the CMS, which describes listings, pagers and section links. Without ``listings``,
    and where they are not all (``are_listings_complete``), they are found from the home page.
    """

    family: ClassVar[Family]
    are_listings_complete: ClassVar[bool] = True
    finder_type = ListingFinder
    wayback_finder_type = WaybackFinder
