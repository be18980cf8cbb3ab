"""Portals whose pages a script builds: their lists and articles are read as JSON.

What is stored is the article at its public URL; what is requested, and archived, is the JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from portals.article import Article, Reject, reject
from portals.crawling.revisit_policy import next_visit
from portals.crawling.spider_outputs import (
    SYSTEM,
    ListingPageRead,
    SpiderOutput,
)
from portals.discovery.paging import KNOWN_STREAK, MAX_LISTING_PAGES, fingerprint_of
from portals.discovery.script_lists import script_lists
from portals.extraction.json_article import read_json_article
from portals.extraction.json_data import JsonDataError, load_json
from portals.extraction.page import Page
from portals.extraction.script_page import script_built_sign
from portals.families import Family, json_recipe
from portals.families.json_system import (
    JsonListPage,
    ListItem,
    ListPlace,
    has_false_total,
    is_older,
    next_place,
    oldest_day,
    read_list,
    read_menu,
)
from portals.families.recognition import NamedSystem, named_by
from portals.network.replay_handler import NotArchivedError
from portals.network.robots import ForbiddenByRobotsError
from portals.outcomes import Counter, RejectCode, StopReason
from portals.timestamps import utc_now
from spiders.base.answers import fetched_at, page_or_none
from spiders.base.json_requests import (
    NOT_MODIFIED,
    SYSTEMS,
    JsonRequests,
    listing_name,
    system_of,
)

if TYPE_CHECKING:
    from spiders.base.portal import PortalSpider


class ScriptBuilt(JsonRequests):
    """Requests and reads the JSON of the systems of script-built portals.

    ``callbacks``: names of the methods used as callbacks and errbacks, see ``Finder``.
    """

    callbacks = (
        "parse_json_menu",
        "parse_json_list",
        "parse_json_article",
        "parse_script_built_home",
        "on_json_menu_error",
        "on_script_built_home_error",
        "on_json_list_error",
    )

    def __init__(self, spider: PortalSpider) -> None:
        super().__init__(spider)
        self._seen: dict[str, set[str]] = {}  # by list: the articles of this run

    # --- the page that a script builds -----------------------------------------------------------

    def parse_script_built_home(self, response: Response, wanted: str) -> Iterator[SpiderOutput]:
        """Yield requests for the list that the home page names, or say that it needs a browser."""
        page = self.spider.page_of(response)
        if isinstance(page, Page):
            named = self._named(page)
            if named and named.family.name == wanted and named.address:
                yield from self.start(named.family, named.address)
                return
        yield self._reject_of_home(page, wanted)
        yield _page("/", ListPlace(), response.url, "failed", StopReason.PAGE_FAILED)

    def _reject_of_home(self, page: Page | Reject, wanted: str) -> Reject:
        if isinstance(page, Reject):
            return page
        if interstitial := self.spider.interstitial_of(page):
            return interstitial
        seen = script_built_sign(page) or f"titled {page.head_title[:100]!r}"
        return Reject(page.url, RejectCode.NEEDS_BROWSER, f"{seen}; it names no list of {wanted}")

    def on_script_built_home_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Record a home page that failed: it names the list."""
        yield from self._named_lists_missed(failure)

    def read_home(self, page: Page) -> Iterator[SpiderOutput] | None:
        """Return what a script-built home page leads to, None if it has content of its own.

        Articles in the data that it gives to its script are content.
        """
        sign = script_built_sign(page)
        if sign is None or self.spider.interstitial_of(page):
            return None
        named = self._named(page)
        if named is None and script_lists(page.root).links:
            return None
        if named is None:
            return iter([Reject(page.url, RejectCode.NEEDS_BROWSER, sign)])
        title = named.family.title
        if named.host and named.host != self.spider.host:
            detail = f"{sign}; it loads from {named.host}: write {title} into its row"
            return iter([Reject(page.url, RejectCode.NEEDS_BROWSER, detail)])
        self.spider.logger.info("%s is built from the JSON of %s", page.url, title)
        return self.start(named.family, named.address)

    def _named(self, page: Page) -> NamedSystem | None:
        """Return the known system whose JSON a page names, or None."""
        return next((found for one in SYSTEMS.values() if (found := named_by(one, page))), None)

    # --- menus -----------------------------------------------------------------------------------

    def parse_json_menu(self, response: Response, system: str) -> Iterator[SpiderOutput]:
        """Yield requests for the lists of the sections that a menu names."""
        family = SYSTEMS[system]
        menu = system_of(family).menu
        self.spider.inc_counter(Counter.PAGES_READ)
        assert menu is not None
        try:
            sections = read_menu(menu, response.body)
        except JsonDataError as error:
            yield self._changed(response, error)
            yield from self.fixed(family)
            return
        wanted = self.spider.arguments.section or ""
        declared = {place.section for place in self.declared(system_of(family))}
        for section in sections:
            if wanted in section and section not in declared:
                yield self.list_request(family, ListPlace(section))
        if not sections:
            yield from self.fixed(family)

    def on_json_menu_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Yield the reject of a menu, and requests for the sections that are known without it."""
        yield from self._named_lists_missed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]
        yield from self.fixed(SYSTEMS[request.cb_kwargs[SYSTEM]])

    def _named_lists_missed(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Record that what names the lists failed: which ones are missing is not known."""
        yield from self.spider.on_error(failure)
        if not isinstance(failure.value, (NotArchivedError, ForbiddenByRobotsError)):
            url = failure.request.url  # type: ignore[attr-defined]
            yield _page("/", ListPlace(), url, "failed", StopReason.PAGE_FAILED)

    # --- lists -----------------------------------------------------------------------------------

    def parse_json_list(
        self,
        response: Response,
        system: str,
        place: dict[str, Any],
        known_streak: int = 0,
        is_declared: bool = False,  # noqa: FBT001, FBT002 - a keyword argument of Scrapy
    ) -> Iterator[SpiderOutput]:
        """Yield the articles of a list, or requests for them, and for its next page."""
        family, where = SYSTEMS[system], ListPlace(**place)
        listing = listing_name(family, where)
        self.spider.inc_counter(Counter.PAGES_READ)
        if response.status == NOT_MODIFIED:
            yield from self._unchanged(response, listing)
            return
        try:
            read = read_list(system_of(family), response.body, self.spider.home_url)
        except JsonDataError as error:
            yield self._changed(response, error)
            yield _page(listing, where, response.url, "failed", StopReason.PAGE_FAILED)
            return
        self.spider.inc_counter(Counter.LISTINGS)
        if not read.items and where.number == 1 and is_declared:
            yield reject(response.url, RejectCode.EMPTY_LISTING)
            yield _page(listing, where, response.url, "empty", StopReason.EMPTY_PAGE)
            return
        fresh = self._fresh(listing, read)
        streak = self._known_streak(listing, read.items, known_streak)
        before, limit = self.spider.articles_yielded, self.spider.arguments.limit
        for item in fresh:
            if limit is not None and self.spider.articles_yielded >= max(limit, before + 1):
                break  # the limit ends the crawl at an answer, which must be stored
            yield from self._item(family, item, response)
        after = next_place(system_of(family), where, read)
        stopped = self._why_stop(family, where, read, streak)
        if read.items and not fresh:
            stopped = StopReason.REPEATS
        if after is None and not stopped:
            stopped = StopReason.END
            self._check_total(family, where, read, response.url)
        yield ListingPageRead(
            listing, where.number, response.url, "fetched", len(read.items),
            fingerprint=fingerprint_of([item.url for item in read.items]), stop_reason=stopped,
            is_traversal_start=where.number == 1,
        )  # fmt: skip
        if after is not None and not stopped:
            yield self.list_request(family, after, known_streak=streak)

    def _item(self, family: Family, item: ListItem, response: Response) -> Iterator[SpiderOutput]:
        """Yield the article of an item that is whole, or the request for it."""
        fields = system_of(family).listing.fields
        if fields is None:
            url = self.spider.normalize_url(item.url)
            if url is not None:
                yield self.article_request(family, url, item.title)
            return
        recipe = json_recipe(self.spider.name, family)
        yield from self._yield(
            read_json_article(item.data, fields, recipe, item.url, fetched_at(response))
        )

    def _fresh(self, listing: str, read: JsonListPage) -> list[ListItem]:
        """Return the items that earlier pages of the list did not have."""
        seen = self._seen.setdefault(listing, set())
        fresh = [item for item in read.items if item.url not in seen]
        seen.update(item.url for item in fresh)
        return fresh

    def _known_streak(self, listing: str, items: list[ListItem], before: int) -> int:
        """Return how many consecutive articles, up to the end of the page, are known."""
        history = self.spider.history
        completed_at = history.completed_at(listing)
        streak = before
        for item in items:
            since = history.known_since(self.spider.page_key(item.url), item.url)
            is_old = bool(completed_at and since and since <= completed_at)
            streak = streak + 1 if is_old else 0
        return streak

    def _why_stop(
        self, family: Family, where: ListPlace, read: JsonListPage, streak: int
    ) -> StopReason | None:
        """Return why the pages after this one are not requested, None if they are."""
        listing = listing_name(family, where)
        if where.number >= MAX_LISTING_PAGES:
            self.spider.inc_counter(Counter.TRUNCATED_LISTINGS)
            return StopReason.TOO_MANY_PAGES
        wanted, history = self.spider.arguments, self.spider.history
        if wanted.since and is_older(system_of(family), read, wanted.since):
            return StopReason.OLDER_THAN_SINCE
        if wanted.since or wanted.until or wanted.revisit == "all" or not history.is_live:
            return None
        is_known = streak >= min(KNOWN_STREAK, len(read.items)) and history.completed_at(listing)
        if not (is_known and read.items) or self._is_next_due(family, where, read):
            return None
        return StopReason.KNOWN

    def _is_next_due(self, family: Family, where: ListPlace, read: JsonListPage) -> bool:
        """Return True if the next page of a list of whole articles is due, as articles are.

        They have no pages that could be revisited: their edits are on the pages of the list. The
        oldest article of a page is about as old as the newest of the next one.
        """
        system, history = system_of(family), self.spider.history
        if system.listing.fields is None or self.spider.arguments.revisit == "none":
            return False
        last = history.read_at(listing_name(family, where), where.number + 1)
        if last is None:
            return False
        read_at, now = datetime.fromisoformat(last), utc_now()
        day = oldest_day(system, read, now)
        return next_visit(day.isoformat() if day else None, read_at) <= now

    def _check_total(self, family: Family, where: ListPlace, read: JsonListPage, url: str) -> None:
        """Count a list that names another number of articles than it has."""
        if has_false_total(system_of(family), where, read):
            self.spider.inc_counter(Counter.FALSE_TOTALS)
            found = where.offset + read.entries
            self.spider.logger.warning("%s counts %s articles and has %d", url, read.total, found)

    def _unchanged(self, response: Response, listing: str) -> Iterator[SpiderOutput]:
        before = self.spider.history.last_visit(f"{listing} page 1")
        items = (before.listed_articles if before else 0) or 0
        self.spider.inc_counter(Counter.LISTINGS)
        self.spider.inc_counter(Counter.SKIPPED_KNOWN, items)
        self.spider.inc_counter(Counter.LISTED_KNOWN, items)
        yield ListingPageRead(
            listing, 1, response.url, "unchanged", items,
            stop_reason=StopReason.UNCHANGED, is_traversal_start=True,
        )  # fmt: skip

    def on_json_list_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Record a page of a list that failed: what is behind it cannot be known."""
        request: Request = failure.request  # type: ignore[attr-defined]
        yield from self.spider.on_error(failure)
        if isinstance(failure.value, NotArchivedError):
            return
        if isinstance(failure.value, ForbiddenByRobotsError):
            self.spider.inc_counter(Counter.FORBIDDEN_LISTINGS)
            return
        where = ListPlace(**request.cb_kwargs["place"])
        listing = listing_name(SYSTEMS[request.cb_kwargs[SYSTEM]], where)
        yield _page(listing, where, request.url, "failed", StopReason.PAGE_FAILED)

    # --- articles --------------------------------------------------------------------------------

    def parse_json_article(
        self, response: Response, system: str, article_url: str
    ) -> Iterator[SpiderOutput]:
        """Yield the article that a JSON object holds, or its reject."""
        family = SYSTEMS[system]
        detail = system_of(family).detail
        self.spider.inc_counter(Counter.PAGES_READ)
        assert detail is not None
        try:
            data = load_json(response.body)
        except JsonDataError as error:
            yield self._changed(response, error)
            return
        recipe = json_recipe(self.spider.name, family)
        at = fetched_at(response)
        yield from self._yield(
            read_json_article(data, detail.fields, recipe, article_url, at), response.url
        )

    def _yield(self, result: Article | Reject, url: str = "") -> Iterator[SpiderOutput]:
        if isinstance(result, Article):
            yield from self.spider.yield_if_wanted(result)
            return
        if result.code is RejectCode.READER_FAILED:
            self.spider.inc_counter(Counter.ERRORS)
            self.spider.inc_counter(Counter.READER_ERRORS)
        yield Reject(url or result.url, result.code, result.detail, result.reason)

    def _changed(self, response: Response, error: JsonDataError) -> Reject:
        """Return the reject of an answer that is not the described JSON."""
        page = page_or_none(response)
        found = self.spider.interstitial_of(page) if page and b"<" in response.body[:500] else None
        return found or Reject(response.url, RejectCode.CHANGED_JSON, str(error)[:200])


def _page(
    listing: str, where: ListPlace, url: str, state: Any, stopped: StopReason
) -> ListingPageRead:
    return ListingPageRead(
        listing, where.number, url, state, stop_reason=stopped,
        is_traversal_start=where.number == 1, is_declared=True,
    )  # fmt: skip
