"""The base of all spiders: arguments, URL rules, pages to articles, failures to rejects.

A ``Finder`` finds the articles of the portal: by listings (``listing.py``), by exploration
(``exploration.py``) or in the Wayback Machine (``wayback.py``). The file of a portal holds
attributes only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from portals.article import Article, Reject, reject
from portals.catalogue import portal, portal_name_fault, portals
from portals.crawling.arguments import ArgumentError, CrawlArguments
from portals.crawling.history import History
from portals.crawling.page_result import StoryOrigin
from portals.crawling.spider_outputs import KEY, KIND, SpiderOutput
from portals.discovery.announced import AnnouncedUrl
from portals.discovery.browser_routes import browser_routes, may_have_routes
from portals.discovery.forwarding import forward_of
from portals.discovery.url_filters import UrlFilters, matching_filter
from portals.discovery.url_kinds import UrlKind, kinds_by_pattern
from portals.discovery.url_patterns import has_session_id, without_session
from portals.extraction.interstitials import INTERSTITIAL_CODES, classify_interstitial
from portals.extraction.layout import Layout
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.extraction.running_text import RunningText
from portals.extraction.script_page import script_built_reject
from portals.extraction.themes import Theme
from portals.extraction.unreadable import UnreadablePageError
from portals.families import Family, recipe_for
from portals.network.proxies import PROXY_WANTS_PASSWORD
from portals.network.replay_handler import CAPTURED_AT, NotArchivedError
from portals.network.url_guard import UrlGuard
from portals.outcomes import REJECT_RULES, Counter, RejectCode
from portals.urls import article_key, host_of, url_key
from spiders.base.announced import Announcements
from spiders.base.answers import is_web_page, page_or_none
from spiders.base.failures import reject_of
from spiders.base.posts import PostList
from spiders.base.script_built import ScriptBuilt
from spiders.base.stories import Stories

GONE = frozenset([404, 410])
"""Statuses of pages that do not exist any more."""


def is_gone(error: BaseException | None) -> bool:
    """Return True for the answer that a page does not exist."""
    return isinstance(error, HttpError) and error.response.status in GONE


REVISIT_PRIORITY = -1
"""Priority of revisits: new articles are fetched first."""

MAX_REVISITS = 300
"""Maximum number of revisits in one run; the others are due in the next one."""


def link_facts(label: str = "", day: str = "") -> dict[str, str]:
    """Return what a link says of the page behind it, as arguments of a callback."""
    return {name: value for name, value in (("label", label), ("day", day)) if value}


def add_link_facts(page: Page, label: str, day: str) -> None:
    """Give ``page`` what the link to it says: its text, and the day (ISO 8601) beside it."""
    if label:
        page.link_texts = (label,)
    if day:
        page.listed_day = date.fromisoformat(day)


class Finder(ABC):
    """Finds the articles of the portal of ``spider``.

    ``callbacks``: names of the methods used as callbacks and errbacks; the spider gets them as
    attributes, since the frontier stores callbacks by name. ``trusts_feeds``: what a feed names is
    an article, also where the URL pattern is unknown. ``expects_markup``: pages have the markup of
    the portal's CMS; articles read otherwise are a sign of drift.
    """

    callbacks: ClassVar[tuple[str, ...]] = ()
    trusts_feeds: ClassVar[bool] = False
    expects_markup: ClassVar[bool] = False

    def __init__(self, spider: PortalSpider) -> None:
        self.spider = spider

    @abstractmethod
    def start(self) -> Iterator[Request]:
        """Yield the start requests."""

    def read_page(self, page: Page) -> Article | Reject:
        """Return the article of a page, or its reject."""
        return self.spider.read_with_recipe(page)

    def url_kinds(self) -> Callable[[str], UrlKind]:
        """Return the function that says what a URL of the portal leads to, as known now."""
        return kinds_by_pattern(self.spider.family, self.spider.history.article_urls())

    def article_request(self, url: str, label: str = "", day: str = "") -> Request:
        """Return the request for an article.

        ``label`` and ``day``: the text of the link to it and the day shown beside that.
        """
        raise NotImplementedError

    def part_request(self, url: str, at: datetime) -> Request:  # noqa: ARG002 - of an archive
        """Return the request for a later page of a story whose first page was served at ``at``."""
        return Request(self.spider.normalize_url(url) or url)

    def page_of_part(self, response: Response) -> Page | Reject:
        """Return the parsed later page of a story, or the reject of one that cannot be parsed."""
        return self.spider.page_of(response)

    def sample_unknown(
        self, source: str, urls: Sequence[AnnouncedUrl], again: int
    ) -> Iterator[SpiderOutput]:
        """Yield requests for some of the URLs of unknown kind that the sitemap ``source`` names.

        ``again``: times that the sitemap was read before in this crawl.
        """
        yield from self.spider.announcements.samples(source, urls, again)

    def close(self, reason: str) -> None:  # noqa: B027 - most finders learn nothing
        """Store what was learned; ``reason`` is Scrapy's close reason."""

    def due_revisits(self) -> list[str]:
        """Return the known articles that are due for a revisit."""
        wanted = self.spider.arguments
        if wanted.revisit == "none" or wanted.is_partial:
            return []
        is_asking = wanted.revisit == "settled"
        return self.spider.history.due_urls(MAX_REVISITS, with_settled=is_asking)


class PortalSpider(Spider):
    """Base of all spiders.

    ``family``: the portal's CMS. ``layout``: overrides the layout of the CMS; ``layouts``: earlier
    layouts, each with its period of validity. ``themes``: selectors of the portal, tried before
    those of the CMS; earlier ones have a period of validity. ``external_id``: overrides the pattern
    of the CMS for the number in an article's URL. ``listings``: paths of listings; ``feeds``: paths
    of feeds. ``answers_cookie_challenge``: send back, once,
    the cookie that a script of the host sets. ``finder_type``, ``wayback_finder_type``: how
    articles are found on the portal and in the Wayback Machine. ``reads_any_site``: the spider is
    of a CMS, not of a portal: ``-a origin=URL`` gives the site, ``-a portal=NAME`` its name in the
    database.
    """

    family: ClassVar[Family | None] = None
    layout: ClassVar[Layout | None] = None
    layouts: ClassVar[tuple[Layout, ...]] = ()
    themes: ClassVar[tuple[Theme, ...]] = ()
    listings: ClassVar[tuple[str, ...]] = ()
    feeds: ClassVar[tuple[str, ...]] = ()
    answers_cookie_challenge: ClassVar[bool] = False
    external_id: ClassVar[str | None] = None
    finder_type: ClassVar[type[Finder]]
    wayback_finder_type: ClassVar[type[Finder]]
    reads_any_site: ClassVar[bool] = False

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name)
        self.given_arguments = dict(arguments)
        site_name = arguments.pop("portal", None) if self.reads_any_site else None
        self.arguments = CrawlArguments.parse(arguments)
        origin = self.arguments.origin
        if self.reads_any_site and not origin:
            raise ArgumentError(f"{self.name} reads any site of its CMS: give -a origin=URL")
        self.home_url = f"{origin}/" if origin else portal(self.name).home_url
        self.host = host_of(self.home_url)
        self.article_recipe = self.recipe()
        if self.reads_any_site:
            self.name = site_name or self.host
            if fault := portal_name_fault(self.name):
                raise ArgumentError(fault)
            self.article_recipe = replace(self.article_recipe, portal=self.name)
        known = portals().get(self.name)
        self.portal_host = known.host if known else self.host
        self.mirror_urls = known.mirror_urls if known and not origin else ()
        self.tls_exception = known.tls_exception if known and not origin else ""
        self.robots_exception = known.robots_exception if known and not origin else ""
        row = known if known and not origin and not self.arguments.via else None
        self.proxy = row.proxy_url if row else ""
        self.tls_level = row.security_level if row else ""
        self.history = History()
        self.url_filters = UrlFilters()
        self.articles_yielded = 0
        self.running_text = RunningText()
        via_wayback = bool(self.arguments.via)
        self.finder = (self.wayback_finder_type if via_wayback else self.finder_type)(self)
        self.announcements = Announcements(self, self.finder)
        self.post_list = PostList(self, self.announcements)
        self.stories = Stories(self)
        self.script_built = ScriptBuilt(self)
        owners = (
            self.finder, self.announcements, self.post_list, self.stories, self.script_built,
        )  # fmt: skip
        for owner in owners:
            for callback in owner.callbacks:
                setattr(self, callback, getattr(owner, callback))

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Let a browser build the pages of a portal whose row says so."""
        super().update_settings(settings)
        row = portals().get(getattr(cls, "name", ""))
        if row and row.browser:
            settings.set("BROWSER", value=True, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Turn certificate verification off if the catalogue has a ``tls_exception``."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.announcements.on_robots, signals.robots_parsed)
        if spider.tls_exception and not spider.arguments.via:
            crawler.settings.set("DOWNLOAD_VERIFY_CERTIFICATES", value=False, priority="spider")
            spider.logger.warning("the certificate is not verified: %s", spider.tls_exception)
        row = portals().get(spider.name)
        if row and spider.tls_level:
            spider.logger.warning("older TLS is accepted, at level %s", row.tls_level)
        if row and spider.proxy:
            spider.logger.warning("requests go through %s", row.proxy)
        return spider

    @property
    def tls_hosts(self) -> frozenset[str]:
        """The hosts for which ``tls_level`` holds: the portal's own."""
        return frozenset(host_of(home) for home in self.url_guard.homes)

    @property
    def url_guard(self) -> UrlGuard:
        """The URL guard: allows the portal, or the archive that is read instead."""
        if self.arguments.via:
            archive = (self.settings["WAYBACK"],)
            is_named = (self.settings.getpriority("WAYBACK") or 0) >= SETTINGS_PRIORITIES["cmdline"]
            return UrlGuard(archive, archive if is_named else ())
        named = (self.home_url,) if self.arguments.origin else ()
        system = self.family.json if self.family else None
        api = (system.home(self.home_url, self.arguments.origin),) if system else ()
        return UrlGuard(tuple(dict.fromkeys([self.home_url, *self.mirror_urls, *api])), named)

    @classmethod
    def recipe(cls) -> Recipe:
        """Return how this portal's pages are read."""
        return recipe_for(
            cls.name,
            cls.family,
            themes=cls.themes,
            layout=cls.layout,
            layouts=cls.layouts,
            external_id=cls.external_id,
        )

    async def start(self) -> AsyncIterator[Request]:
        """Yield the start requests of the finder."""
        self._fill_gaps()
        for request in self.finder.start():
            yield request

    def closed(self, reason: str) -> None:
        """Let the finder store what it learned."""
        self.finder.close(reason)

    def _fill_gaps(self) -> None:
        """With ``backfill``, set the dates to the period of the publication gaps.

        Without gaps the crawl is not limited.
        """
        gaps = self.history.gaps() if self.arguments.backfill else []
        if not gaps:
            return
        first, last = (
            datetime.fromisoformat(f"{day}T00:00:00+07:00")
            for day in (gaps[0].since, gaps[-1].until)
        )
        self.arguments = replace(self.arguments, since=first, until=last + timedelta(days=1))
        self.logger.info("filling %d gaps from %s to %s", len(gaps), gaps[0].since, gaps[-1].until)

    # --- URLs ------------------------------------------------------------------------------------

    def page_key(self, url: str) -> str:
        """Return the page key: the portal's number of the article, else the normalised URL."""
        number = self.article_recipe.id_of(url)
        return article_key(number) if number else url_key(url)

    def request_meta(self, kind: str, url: str) -> dict[str, str]:
        """Return the meta of a request for a page of ``kind``."""
        return {KIND: kind, KEY: self.page_key(url)} if kind == "article" else {KIND: kind}

    def normalize_url(self, url: str) -> str | None:
        """Return ``url`` if it is of this portal, moved to ``origin`` if given, else None.

        Session ids and tracking parameters are removed. A URL that matches a filter
        (``discovery/url_filters.py``) is counted and gives None.
        """
        found = self._on_portal(url)
        if found is None:
            return None
        if rule := matching_filter(found):
            self.url_filters.record(rule, found)
            return None
        if has_session_id(found):
            self.url_filters.record("session id", found)
        return without_session(found)

    def _on_portal(self, url: str) -> str | None:
        host = host_of(url)
        if host == self.host:
            return url
        has_moved = self.arguments.origin and host == self.portal_host
        is_mirror = any(host == host_of(home) for home in self.mirror_urls)
        if not has_moved and not is_mirror:
            return None
        home = urlsplit(self.home_url)
        return urlunsplit(urlsplit(url)._replace(scheme=home.scheme, netloc=home.netloc))

    def is_home(self, url: str) -> bool:
        """Return True for the URL of the home page."""
        return url.rstrip("/") == self.home_url.rstrip("/")

    def forward_of(self, page: Page, response: Response) -> str | None:
        """Return the URL on this portal to which a home page without content sends on, or None."""
        header = (response.headers.get("Refresh") or b"").decode("latin-1")
        url = forward_of(page, header)
        return self.normalize_url(url) if url else None

    def is_wanted_listing(self, url: str) -> bool:
        """Return True if the URL of a listing has the argument ``section``, and count it."""
        section = self.arguments.section
        if not section:
            return True
        is_wanted = section in url
        self.inc_counter(Counter.SECTION_LISTINGS if is_wanted else Counter.SECTION_SKIPPED)
        return is_wanted

    def inc_counter(self, counter: Counter, by: int = 1) -> None:
        """Add to a counter of the run."""
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(counter, by)

    # --- pages -----------------------------------------------------------------------------------

    def parse(self, response: Response, **_: Any) -> Iterator[SpiderOutput]:
        """Yield the article of a page; Scrapy's default callback (``scrapy parse``)."""
        yield from self.parse_article(response)

    def parse_article(
        self, response: Response, label: str = "", day: str = "", **_: Any
    ) -> Iterator[SpiderOutput]:
        """Yield the article of a page, or its reject.

        ``label`` and ``day``: the text of the link to it and the day shown beside that.
        """
        page = self.page_of(response)
        if isinstance(page, Page):
            add_link_facts(page, label, day)
        if not isinstance(page, Reject) and self.is_home(response.url):
            requested = response.meta.get("redirect_urls", [response.url])[0]
            yield Reject(requested, RejectCode.REDIRECTED_HOME)
            return
        result = page if isinstance(page, Reject) else self.read(page)
        if isinstance(result, Reject):
            yield result
        else:
            yield from self.yield_if_wanted(result, self.stories.origin_of(response))

    def page_of(self, response: Response) -> Page | Reject:
        """Return the parsed page of a response, or the reject of one that cannot be parsed."""
        self.inc_counter(Counter.PAGES_READ)
        header = response.headers.get("Content-Type")
        kind = header.decode("latin-1") if header else ""
        if not is_web_page(kind, response.body):
            return Reject(response.url, RejectCode.NOT_A_WEB_PAGE, kind or None)
        captured_at = response.meta.get(CAPTURED_AT) if response.request is not None else None
        try:
            page = Page.from_bytes(response.url, response.body, kind, captured_at)
        except UnreadablePageError as error:
            return Reject(response.url, error.code, error.detail)
        if may_have_routes(response.body) and browser_routes(page):
            self.inc_counter(Counter.BROWSER_ROUTES)
        return page

    def read(self, page: Page) -> Article | Reject:
        """Return the article or reject of a page; failures of the reader are counted."""
        result = self.finder.read_page(page)
        if isinstance(result, Article):
            self._check_whole(page, result)
        if isinstance(result, Reject) and result.code is RejectCode.READER_FAILED:
            self.inc_counter(Counter.ERRORS)
            self.inc_counter(Counter.READER_ERRORS)
        elif isinstance(result, Reject):
            return self.interstitial_of(page) or script_built_reject(page) or result
        return result

    def _check_whole(self, page: Page, article: Article) -> None:
        """Count an article that holds a small part of its page's text, and mark it."""
        is_hollow = self.running_text.is_hollow(page, article.word_count)
        if is_hollow is None:
            return
        self.inc_counter(Counter.HOLLOW_CHECKED)
        if is_hollow:
            self.inc_counter(Counter.HOLLOW)
            article.provenance["body"] += ", hollow"

    def read_with_recipe(self, page: Page) -> Article | Reject:
        """Return the article or reject of a page, read with the portal's recipe."""
        return read_safely(page, self.article_recipe)

    def interstitial_of(self, page: Page) -> Reject | None:
        """Return the reject of an interstitial (challenge, login, parked domain), else None."""
        kind = classify_interstitial(page)
        if kind is None:
            return None
        return Reject(page.url, INTERSTITIAL_CODES[kind], page.head_title[:200] or None)

    def yield_if_wanted(
        self, article: Article, origin: StoryOrigin | None = None
    ) -> Iterator[SpiderOutput]:
        """Yield the article if it is in the requested dates; close the spider at ``limit``.

        ``origin``: its page; an article on several pages is yielded when all have been read.
        """
        if not self.arguments.covers(article.published_at):
            self.inc_counter(Counter.OUTSIDE_DATES)
        elif origin is not None and article.parts is not None:
            yield from self.stories.begin(article, origin)
        elif article.parts is None or article.parts.number == 1:
            yield from self.yield_whole(article)

    def yield_whole(self, article: Article) -> Iterator[Article]:
        """Yield an article of which all pages were read; close the spider at ``limit``."""
        limit = self.arguments.limit
        if limit is not None and self.articles_yielded >= limit:
            raise CloseSpider("limit")
        self.articles_yielded += 1
        is_old = bool(self.arguments.via)  # selectors may not fit old captures
        if not is_old and self._is_by_fallback(article.provenance["body"]):
            self.inc_counter(Counter.BY_FALLBACK)
        yield article

    def _is_by_fallback(self, rule: str) -> bool:
        """Return True if a text was not found by what describes the portal."""
        if rule.startswith("selectors"):
            return False
        has_layout = bool(self.layout or self.layouts)
        has_markup = bool(self.family) and self.finder.expects_markup
        return has_markup or bool(self.themes) or (has_layout and rule != "layout")

    def remember_announced(self, page: Page | None = None) -> Iterator[Request]:
        """Yield the requests, made last, for what the portal announces to programs.

        ``page``: names feeds in its head.
        """
        yield from self.announcements.remember(page)
        yield from self.post_list.remember()

    # --- failures --------------------------------------------------------------------------------

    def is_dead_link(self, error: BaseException | None, key: str) -> bool:
        """Return True if a page is gone that never was a listing: menus have such links."""
        if not is_gone(error):
            return False
        before = self.history.last_visit(key)
        return before is None or before.listed_articles is None

    def on_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Count a failed request and yield its reject, unless the replayed archive lacks it."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, NotArchivedError):
            self.inc_counter(Counter.NOT_ARCHIVED)
            return
        self.inc_counter(Counter.ERRORS)
        url = request.meta.get("redirect_urls", [request.url])[0]
        if isinstance(error, HttpError):
            yield self._reject_of_status(url, error.response)
        else:
            yield reject_of(url, error)

    def _reject_of_status(self, url: str, response: Response) -> Reject:
        status = response.status
        if status == PROXY_WANTS_PASSWORD:
            return Reject(url, RejectCode.PROXY_FAILED, f"status {status}")
        self.inc_counter(Counter.PAGES_READ)
        if status not in GONE and (code := self._interstitial_code(response)):
            return Reject(url, code, f"status {status}")
        location = (response.headers.get("Location") or b"").decode("latin-1")
        return reject(url, RejectCode.HTTP_STATUS, location[:200] or None, status=status)

    def _interstitial_code(self, response: Response) -> RejectCode | None:
        """Return the code of an error page that is a challenge, a login wall or a parked domain.

        Otherwise None: the status says more than the text of the page.
        """
        page = page_or_none(response)
        kind = classify_interstitial(page) if page else None
        code = INTERSTITIAL_CODES[kind] if kind else None
        return code if code and REJECT_RULES[code].counter else None
