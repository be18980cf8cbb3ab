"""Exploration of portals whose listings and URLs are not described by a CMS."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urldefrag, urljoin

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from portals.article import Article, Reject
from portals.crawling.page_result import StoryOrigin
from portals.crawling.revisit_policy import may_be_sampled
from portals.crawling.scheduler import ENDED
from portals.crawling.spider_outputs import (
    ANNOUNCED,
    KEY,
    KIND,
    SOURCE,
    ExplorationRecord,
    KnownArticle,
    SpiderOutput,
    TraversalStart,
)
from portals.discovery.announced import AnnouncedUrl
from portals.discovery.copies import title_key
from portals.discovery.explorer import Explorer
from portals.discovery.posted_pagers import is_posted_page
from portals.discovery.script_lists import ScriptLists, UnaddressedItems, script_lists
from portals.discovery.targets import (
    CrawlTarget,
    FoundLink,
    PageKind,
    PatternKind,
)
from portals.discovery.url_filters import MAX_LINKS
from portals.discovery.url_kinds import UrlKind
from portals.discovery.url_patterns import pattern_of
from portals.extraction.page import Page
from portals.extraction.selector_learner import SelectorLearner, theme_from_json, theme_to_json
from portals.families import AddressKind
from portals.language.text import content_hash
from portals.network.replay_handler import NotArchivedError
from portals.network.robots import ForbiddenByRobotsError
from portals.outcomes import REJECT_RULES, Counter, RejectCode
from portals.timestamps import utc_now
from portals.urls import url_key
from spiders.base.answers import header_links, part_of_list
from spiders.base.explored_links import (
    as_list,
    explored_links,
    link_of,
    posted_pages,
    script_listed,
    scripted_page,
)
from spiders.base.explored_listings import ExploredListings
from spiders.base.learned_patterns import known_patterns, patterns_to_store
from spiders.base.listing_pagers import post_request
from spiders.base.portal import (
    REVISIT_PRIORITY,
    Finder,
    PortalSpider,
    add_link_facts,
    is_gone,
    link_facts,
)
from spiders.base.undated import HeldPage, UndatedPages
from spiders.base.wayback import WaybackFinder

_PATTERN_KINDS: dict[AddressKind, PatternKind] = {
    "article": "article",
    "trap": "other",
    "listing": "unknown",  # static pages have such addresses too
    "unknown": "unknown",
}


_UNSAID = (RejectCode.ERROR_PAGE, RejectCode.EMPTY_PAGE, RejectCode.LOGIN, RejectCode.NEEDS_BROWSER)
"""Codes of pages in place of another one, besides those that the next night requests again."""

_FOUND = ("sample", "listing")
"""Purposes of links of menus, which may lead to no page for years."""


class ExplorationFinder(Finder):
    """Explores a portal: follows links of URL patterns that turn out to be articles or listings.

    Learned URL patterns and selectors are stored for the next run.
    """

    callbacks = ("parse_page", "on_visit_error")

    def __init__(self, spider: PortalSpider) -> None:
        super().__init__(spider)
        self._undated = UndatedPages(spider)
        self._known: list[KnownArticle] = []
        self._announced: dict[str, str] = {}  # URL: the sitemap that names it
        self._has_started = False
        self._items = UnaddressedItems()
        self._whole_until = ""  # end of the last whole crawl, where listings may stop at known ones
        self.explorer = Explorer(spider.home_url)
        self._listings = ExploredListings(spider, self.explorer.pages)
        self.learner = SelectorLearner(spider.article_recipe, None)

    def start(self) -> Iterator[Request]:
        """Request the home page, or what an interrupted crawl would have requested next."""
        spider, history = self.spider, self.spider.history
        self._recall()
        for url in self.due_revisits():
            yield self._request(CrawlTarget(url, "article")).replace(priority=REVISIT_PRIORITY)
        yield self._request(CrawlTarget(spider.home_url, "listing"))
        for declared in self.explorer.starts(self._declared()):
            yield self._request(declared)
        for url, seen in history.exploration_log():
            yield from self._requests(self._replay(url, seen))
        self.explorer.pages.forget_contents()
        self._known.clear()  # the interrupted crawl stored them

    def _declared(self) -> list[str]:
        """Return the portal's declared listings, those of the wanted section only."""
        home, is_wanted = self.spider.home_url, self.spider.is_wanted_listing
        return [urljoin(home, path) for path in self.spider.listings if is_wanted(path)]

    def _kind_of(self, url: str) -> PatternKind:
        """Return what the CMS says of an address: an article, or a copy or form to leave out."""
        family = self.spider.family
        return _PATTERN_KINDS[family.kind_of(url)] if family else "unknown"

    def _recall(self) -> None:
        """Start with the URL patterns and selectors that earlier runs learned."""
        spider, history, wanted = self.spider, self.spider.history, self.spider.arguments
        is_partial = bool(wanted.since or wanted.until or wanted.revisit == "all")
        completed_at = history.completed_at("") if history.is_live else None
        self._whole_until = "" if is_partial else completed_at or ""
        self.explorer = Explorer(
            spider.home_url,
            known_patterns(history.url_patterns()),
            self._is_known,
            kind_of=self._kind_of,
            is_recent=self._is_recent,
            stops_at_known=bool(self._whole_until),
        )
        self._listings = ExploredListings(spider, self.explorer.pages)
        theme = history.learned_theme()
        self.learner = SelectorLearner(
            spider.article_recipe, theme_from_json(theme) if theme else None
        )
        self._has_started = True

    def _is_known(self, url: str) -> bool:
        """Return True for a known article; those that are due are requested as revisits."""
        key = self.spider.page_key(url)
        if self.spider.arguments.revisit == "all":
            return False
        visit = self.spider.history.last_visit(key)
        if visit is None or visit.kind != "article" or visit.fingerprint is None:
            return False
        self._known.append(KnownArticle(key, url))
        return True

    def _is_recent(self, url: str) -> bool:
        """Return True for an article that was first fetched after the last whole crawl."""
        if not self._whole_until:
            return False
        visit = self.spider.history.last_visit(self.spider.page_key(url))
        return visit is not None and visit.first_fetched_at > self._whole_until

    def _is_found(self, url: str) -> bool:
        """Return True for an article of an earlier run, or a copy of one."""
        if url in self.explorer.copies:
            return True
        visit = self.spider.history.last_visit(self.spider.page_key(url))
        return visit is not None and visit.kind == "article" and visit.fingerprint is not None

    def _replay(self, url: str, seen: list[Any]) -> list[CrawlTarget]:
        """Replay a page of the exploration log; its targets may be queued already."""
        if not seen:
            return self.explorer.on_failure(url)
        kind, links, text_hash, *announced = seen
        if kind == "undated":
            self._undated.add_earlier(url)
        if announced:
            self._announced.update((link, url) for link, *_ in links)
        found = [link_of(link) for link in links]
        known = self._items.add(found)
        if kind in ("article", "undated"):
            self._items.hit(url)
        step = self.explorer.on_page(url, kind, known, text_hash)
        self._listings.replay(url, step, text_hash)
        return step.targets

    def parse_page(
        self,
        response: Response,
        **kwargs: Any,
    ) -> Iterator[SpiderOutput]:
        """Yield the article of a page, if it is one, and what to read next."""
        visit = self._visit(response.request)
        is_part = visit.purpose in ("page", "listing")
        page = self.spider.page_of(part_of_list(response) if is_part else response)
        if isinstance(page, Reject):
            yield page
            yield from self._broken(visit)
            return
        is_below_home = urldefrag(visit.url).url != self.spider.home_url
        if is_below_home and response.url.rstrip("/") == self.spider.home_url.rstrip("/"):
            yield Reject(visit.url, RejectCode.REDIRECTED_HOME)
            yield from (
                self._broken(visit) if self._listings.must_list(visit) else self._missed(visit)
            )
            return
        forward = (
            self.spider.forward_of(page, response) if visit.url == self.spider.home_url else None
        )
        if forward and url_key(forward) not in kwargs.get("hops", ()):
            hops = [*kwargs.get("hops", ()), url_key(forward)]
            yield self._request(visit).replace(
                url=forward,
                cb_kwargs={"asked": visit.url, "purpose": visit.purpose, "hops": hops},
                meta={KIND: "other", KEY: f"{url_key(forward)} forward"},
            )
            return
        is_home = visit.url == self.spider.home_url
        built = self.spider.script_built.read_home(page) if is_home else None
        if built is not None:
            yield from self._missed(visit)
            yield from self.spider.remember_announced(page)
            yield from built
            return
        origin = self.spider.stories.origin_of(response)
        yield from self._explore(page, visit, origin, header_links(response))

    def _visit(self, request: Request | None) -> CrawlTarget:
        assert request is not None
        given = request.cb_kwargs  # "scrapy parse" gives none
        return CrawlTarget(
            given.get("asked", request.url),
            given.get("purpose", "sample"),
            given.get("label", ""),
            given.get("day", ""),
        )

    def _missed(self, visit: CrawlTarget) -> Iterator[SpiderOutput]:
        yield ExplorationRecord(visit.url, [])
        yield from self._requests(self.explorer.on_failure(visit.url))

    def read_page(self, page: Page) -> Article | Reject:
        """Return the article or reject of a page, read with learned selectors if there are any."""
        return self.learner.read(page)

    def _explore(
        self,
        page: Page,
        visit: CrawlTarget,
        origin: StoryOrigin,
        in_headers: Sequence[FoundLink] = (),
    ) -> Iterator[SpiderOutput]:
        """Explore a page; ``in_headers``: links in the headers of its response."""
        is_start = visit.url == self.spider.home_url
        add_link_facts(page, visit.label, visit.day)
        read = self.spider.interstitial_of if is_start else self.spider.read
        result: Article | Reject | None = read(page)
        kind, text_hash = _kind_of(result), None
        if isinstance(result, Article):
            text_hash = f"{content_hash(result.title, result.body)}:{title_key(result.title)}"
        parts = self.spider.stories.part_keys(result)
        lists = script_lists(page.root)
        lists.links += in_headers
        links = self._links_of(page, visit, kind, parts, lists)
        known = self._items.add(links)
        if kind in ("article", "undated"):
            self._items.hit(visit.url)
        seen = self.explorer.on_page(visit.url, kind, known, text_hash)
        if is_start:
            yield TraversalStart("")
        yield from self._known
        self._known.clear()
        listing = self._listings.read(page, visit, links, seen, has_more=lists.has_more)
        mark = self._listings.mark_of(visit) or text_hash
        yield ExplorationRecord(visit.url, [kind, [as_list(link) for link in links], mark])
        if seen.is_listing or is_start:
            yield from self.spider.remember_announced(page)
        yield from listing
        is_end = self._is_counted_end(result, visit)
        if not (seen.is_listing or seen.listed or isinstance(result, Article) or is_end):
            is_other = self.explorer.leads_to_others(links)
            yield from self._listings.unlisted(visit, kind, is_other=is_other)
        if isinstance(result, Article) and result.published_at:
            yield from self.spider.yield_if_wanted(result, origin)
        elif isinstance(result, Article):
            held = HeldPage.of(result, page, visit.label, origin.page)
            yield from self._undated.hold(visit.url, held)
        elif result is not None and not seen.is_listing and not is_end:
            yield from self._reported(result, visit)
        yield from self._proven()
        yield from self._requests(seen.targets)

    def _is_counted_end(self, result: Article | Reject | None, visit: CrawlTarget) -> bool:
        """Return True for an empty answer where a part of a list was counted on."""
        is_empty = isinstance(result, Reject) and result.code is RejectCode.EMPTY_PAGE
        return is_empty and self.explorer.pages.is_counted(visit.url)

    def _links_of(
        self,
        page: Page,
        visit: CrawlTarget,
        kind: PageKind,
        parts: Collection[str],
        lists: ScriptLists,
    ) -> list[FoundLink]:
        """Return the links of a page, what its script lists, and the next page of its listing."""
        links = explored_links(self.spider, page, visit, parts)
        links += script_listed(self.spider, page, lists, is_article=kind == "article")
        number = self.explorer.pages.position_of(visit.url)[1]
        pages = self.explorer.pages
        leads_on = any(pages.leading_on(visit.url, links))
        is_first = not pages.is_later_page(visit.url)
        posted: list[FoundLink] = []
        if kind != "article" and (not leads_on or is_first or is_posted_page(visit.url)):
            posted = posted_pages(self.spider, page, visit, number)
        if kind != "article" and not leads_on and not posted:
            posted = scripted_page(self.spider, page, number)
        links += posted
        return links

    def url_kinds(self) -> Callable[[str], UrlKind]:
        """Return what URLs lead to, as far as their patterns were explored."""

        def kind_of(url: str) -> UrlKind:
            pattern = self.explorer.patterns.get(pattern_of(url))
            if pattern is None and (expected := self._kind_of(url)) != "unknown":
                return "article" if expected == "article" else "other"
            if pattern is None or (pattern.kind == "listing" and pattern.articles):
                return "unknown"  # or both: the explorer sorts them
            return pattern.kind if pattern.kind in ("article", "unknown") else "other"

        return kind_of

    def article_request(self, url: str, label: str = "", day: str = "") -> Request:
        """Return the request for an article."""
        return self._request(CrawlTarget(url, "article", label, day))

    def sample_unknown(
        self,
        source: str,
        urls: Sequence[AnnouncedUrl],
        again: int,  # noqa: ARG002 - the explorer remembers the rest
    ) -> Iterator[SpiderOutput]:
        """Let the explorer sort URLs of unknown patterns: it samples them, and then the rest."""
        last_visit, page_key = self.spider.history.last_visit, self.spider.page_key
        now = utc_now()
        fresh = (each for each in urls if may_be_sampled(last_visit(page_key(each.url)), now))
        links = [FoundLink(each.url, each.title) for each in islice(fresh, MAX_LINKS)]
        if not links:
            return
        self._announced.update((link.url, source) for link in links)
        seen = self.explorer.on_page(source, "other", links)
        pairs = [[link.url, link.text] for link in links]
        yield ExplorationRecord(source, ["other", pairs, None, "announced"])
        yield from self._requests(seen.targets)

    def _reported(self, reject: Reject, visit: CrawlTarget) -> Iterator[Reject]:
        """Yield a reject if it is worth recording: sampled pages seldom are articles.

        One behind a headline whose page hides what it is counts as a missing article.
        """
        rule = REJECT_RULES[reject.code]
        is_sample = visit.purpose == "sample" and self.explorer.is_led_to_by_headline(visit.url)
        is_missing = is_sample and rule.is_due_soon and not rule.is_retryable
        self.spider.inc_counter(Counter.MISSING_ARTICLES, int(is_missing))
        is_awaited = visit.purpose == "article" or visit.url == self.spider.home_url
        if is_missing or is_awaited or rule.counter is not None:
            yield reject

    def _proven(self) -> Iterator[SpiderOutput]:
        """Yield the undated pages that are articles as has turned out meanwhile."""
        for article, origin in self._undated.proven(self.explorer, self._announced):
            yield from self.spider.yield_if_wanted(article, origin)
        for url in self._undated.proven_earlier(self.explorer):
            again = self._request(CrawlTarget(url, "article", day=self.explorer.day_of(url)))
            yield again.replace(meta={**again.meta, KEY: f"{again.meta[KEY]} again"})

    def on_visit_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Record a failed visit and continue with the other targets."""
        yield from self.spider.on_error(failure)
        visit = self._visit(failure.request)  # type: ignore[attr-defined]
        if isinstance(failure.value, ForbiddenByRobotsError):
            self.spider.inc_counter(
                Counter.FORBIDDEN_LISTINGS, int(self._listings.is_listing(visit))
            )
            yield from self._missed(visit)
            return
        is_first = self.explorer.pages.position_of(visit.url)[1] == 1
        is_end = self.explorer.pages.is_counted(visit.url) and is_gone(failure.value)
        is_dead = is_first and self.spider.is_dead_link(failure.value, self._listings.key_of(visit))
        if is_end or is_dead or isinstance(failure.value, NotArchivedError):
            yield from self._missed(visit)
            return
        yield from self._broken(visit)

    def _broken(self, visit: CrawlTarget) -> Iterator[SpiderOutput]:
        """Record a page that could not be read; a listing page becomes a missing page."""
        yield from self._listings.broken(visit)
        yield from self._missed(visit)

    def close(self, reason: str) -> None:
        """Store what was learned, unless the crawl was interrupted and will be resumed."""
        if not self._has_started:
            return
        if reason in ENDED:
            self._listings.count_unseen_home()
            unaddressed = self._items.unaddressed(self._is_found)
            self.spider.inc_counter(Counter.UNADDRESSED, len(unaddressed))
            headlines = self._undated.headlines(self.explorer)
            self.spider.inc_counter(Counter.UNDATED, len(headlines))
            self.spider.history.save_rejects([Reject(u, RejectCode.UNDATED) for u in headlines])
        for pattern in self.explorer.exhausted():
            self.spider.url_filters.record(
                "lists without news", next(iter(pattern.queued)), len(pattern.queued)
            )
        for url in self.explorer.copies:
            self.spider.url_filters.record("duplicate", url)
        if self.explorer.unsorted:
            self.spider.url_filters.record(
                "too many kinds", self.spider.home_url, self.explorer.unsorted
            )
        if reason in ENDED:
            theme = theme_to_json(self.learner.theme) if self.learner.theme else None
            self.spider.history.save_knowledge(
                patterns_to_store(self.explorer), theme, self.learner.trained_on
            )

    def _requests(self, visits: list[CrawlTarget]) -> Iterator[Request]:
        section = self.spider.arguments.section
        waiting = deque(visits)
        while waiting:
            visit = waiting.popleft()
            if section and visit.purpose == "page" and section not in visit.url:
                continue
            if visit.purpose in _FOUND and self.spider.history.is_gone(
                self._listings.key_of(visit)
            ):
                self.spider.url_filters.record("gone", visit.url)
                waiting.extend(self.explorer.on_failure(visit.url, is_new=False))
                continue
            yield self._request(visit)

    def _request(self, visit: CrawlTarget) -> Request:
        given = {
            "asked": visit.url,
            "purpose": visit.purpose,
            **link_facts(visit.label, visit.day),
        }
        if visit.url in self._announced:
            given[SOURCE] = self._announced[visit.url]
        if visit.form:
            return post_request(
                visit.form,
                visit.url,
                callback=self.parse_page,
                errback=self.on_visit_error,
                cb_kwargs=given,
                meta={KIND: "other"},
            )
        return Request(
            visit.url,
            self.parse_page,
            errback=self.on_visit_error,
            cb_kwargs=given,
            priority=int(visit.purpose != "listing"),  # pages of lists before tags are tried
            meta={
                KIND: "article" if visit.purpose == "article" else "other",
                KEY: self._listings.key_of(visit),
                **({ANNOUNCED: True} if visit.url in self._announced else {}),
            },
        )


def _kind_of(result: Article | Reject | None) -> PageKind:
    """Return what a page contains; its error page says nothing of the page."""
    if isinstance(result, Article):
        return "article" if result.published_at else "undated"
    if result is None or not (REJECT_RULES[result.code].is_due_soon or result.code in _UNSAID):
        return "other"
    return "hidden"


class DiscoverySpider(PortalSpider):
    """A portal whose CMS is not known: its listings and articles are found by exploration."""

    finder_type = ExplorationFinder
    wayback_finder_type = WaybackFinder
