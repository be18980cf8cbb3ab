"""Records of the listing pages of an exploration: those read, those missing, those cut off."""

from __future__ import annotations

from collections.abc import Sequence

from portals.crawling.spider_outputs import ListingPageRead
from portals.discovery.listing_pages import ListingPages
from portals.discovery.paging import fingerprint_of
from portals.discovery.posted_pagers import is_posted_page, listing_page_key
from portals.discovery.targets import CrawlTarget, ExplorationStep, FoundLink, PageKind
from portals.extraction.page import Page
from portals.outcomes import Counter, StopReason
from portals.store.crawl_state import PageState
from spiders.base.explored_links import leads_on_unseen
from spiders.base.portal import PortalSpider

_SECOND = 2  # page of a listing
_UNSEEN = "unseen"  # in the log, of a home page: it leads on by a script only


class ExploredListings:
    """The listing pages of one exploration; ``pages``: the explorer's own."""

    def __init__(self, spider: PortalSpider, pages: ListingPages) -> None:
        self._spider = spider
        self._pages = pages
        self._is_home_unseen = False  # the home page leads on by a script only
        self._has_lists = False  # besides the home page

    def key_of(self, visit: CrawlTarget) -> str:
        """Return the page key: a number in a URL never identifies a page of a listing."""
        is_listed = visit.purpose in ("page", "listing")
        return listing_page_key(visit.url) if is_listed else self._spider.page_key(visit.url)

    def is_listing(self, visit: CrawlTarget) -> bool:
        """Return True for a page that is taken for a listing, or was one at its last visit."""
        return visit.purpose in ("listing", "page") or self._listed_before(visit)

    def must_list(self, visit: CrawlTarget) -> bool:
        """Return True for a page that listed articles before, or has pages of its listing after."""
        return self._listed_before(visit) or self._pages.has_later(visit.url)

    def _listed_before(self, visit: CrawlTarget) -> bool:
        before = self._spider.history.last_visit(self.key_of(visit))
        return bool(before and before.listed_articles)

    # --- pages that were read ------------------------------------------------------------------

    def read(
        self,
        page: Page,
        visit: CrawlTarget,
        links: list[FoundLink],
        seen: ExplorationStep,
        *,
        has_more: bool,
    ) -> list[ListingPageRead]:
        """Count a listing page and return its record; ``has_more``: its data name more articles."""
        if not seen.is_listing:
            self._count_trial(visit)
            return []
        spider, pages = self._spider, self._pages
        spider.inc_counter(Counter.LISTINGS)
        is_home = visit.url == spider.home_url
        if not is_home:
            spider.is_wanted_listing(visit.url)  # counts it
        section, number = pages.position_of(visit.url)
        is_unseen = leads_on_unseen(pages, links, page, visit.url, has_more=has_more)
        self._is_home_unseen = is_unseen if is_home else self._is_home_unseen
        self._has_lists = self._has_lists or (number == 1 and not is_home)
        if self._is_refused(visit, links, seen) or (not is_home and is_unseen):
            spider.inc_counter(Counter.UNFOLLOWED_PAGERS)
        fingerprint = fingerprint_of([link.url for link in links])
        return [
            ListingPageRead(
                section, number, visit.url, "fetched", seen.listed, fingerprint, seen.stop_reason
            )
        ]

    def _is_refused(
        self, visit: CrawlTarget, links: Sequence[FoundLink], seen: ExplorationStep
    ) -> bool:
        """Return True for a second page, of a form or script, that is the first one again."""
        pages = self._pages
        others = [link for link in links if not link.form]
        is_trial = is_posted_page(visit.url) or pages.is_scripted(visit.url)
        is_again = seen.stop_reason is StopReason.NOTHING_NEW or pages.is_first_again(visit.url)
        is_second = pages.position_of(visit.url)[1] == _SECOND
        leads_on = any(pages.leading_on(visit.url, others))
        return is_trial and is_second and is_again and bool(seen.stop_reason) and not leads_on

    def _count_trial(self, visit: CrawlTarget) -> None:
        """Count a list whose second page, at an address that a script makes, lists nothing."""
        number = self._pages.position_of(visit.url)[1]
        if number == _SECOND and self._pages.is_scripted(visit.url):
            self._spider.inc_counter(Counter.UNFOLLOWED_PAGERS)

    # --- pages that are missing ----------------------------------------------------------------

    def broken(self, visit: CrawlTarget) -> list[ListingPageRead]:
        """Return the record of a listing page that could not be read; none of another page."""
        return [self._missing(visit, "failed")] if self.is_listing(visit) else []

    def unlisted(
        self, visit: CrawlTarget, kind: PageKind, *, is_other: bool
    ) -> list[ListingPageRead]:
        """Return the record of a page without articles that is part of a listing.

        An empty last page may be the end of its listing; a challenge or a blank page is none.
        ``is_other``: its headlines lead to what is known to be no article, as those of a list of
        documents, which was taken for a listing before any of them was read.
        """
        is_listing = visit.purpose == "page" or visit.url == self._spider.home_url
        must_list = self.must_list(visit)
        if kind == "hidden" and (is_listing or must_list):
            return [self._missing(visit, "failed")]
        is_emptied = must_list and (not is_other or self._pages.has_later(visit.url))
        return [self._missing(visit, "empty")] if is_emptied else []

    def _missing(self, visit: CrawlTarget, state: PageState) -> ListingPageRead:
        section, number = self._pages.position_of(visit.url)
        return ListingPageRead(section, number, visit.url, state)

    # --- the home page -------------------------------------------------------------------------

    def mark_of(self, visit: CrawlTarget) -> str | None:
        """Return what the exploration log must say of a listing: that a home page is unseen."""
        is_home = visit.url == self._spider.home_url
        return _UNSEEN if is_home and self._is_home_unseen else None

    def replay(self, url: str, step: ExplorationStep, mark: str | None) -> None:
        """Remember a page of the exploration log of an interrupted crawl."""
        if url == self._spider.home_url:
            self._is_home_unseen = mark == _UNSEEN
        elif step.is_listing:
            self._has_lists = True

    def count_unseen_home(self) -> None:
        """At the end, count a home page that leads on by a script only, if no list was found."""
        if self._is_home_unseen and not self._has_lists:
            self._spider.inc_counter(Counter.UNFOLLOWED_PAGERS)
