"""The health of the fleet: a listing and two articles of every portal, and what is wrong with it.

``FleetSpider`` fetches the pages of one portal and stores nothing; ``judge`` is a pure function of
what it fetched.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from portals.article import Article
from portals.catalogue import Portal, portals_by_host
from portals.extraction.interstitials import classify_interstitial
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.families.catalogued import read_systems
from portals.language.notices import Notice
from portals.network.proxies import is_refused_by_proxy
from portals.network.replay_handler import NotArchivedError
from portals.network.robots import ForbiddenByRobotsError
from portals.network.url_guard import OffsiteRequestError, UrlGuard
from portals.operations.site_fetch import SiteFetch, SiteProbeSpider
from portals.operations.site_probe import headline_pages, read_pages, recognise_site
from portals.urls import host_of, url_key

AT_ONCE = 16
"""Portals that are looked at at the same time; each gets one request at a time."""

_PERMANENT = frozenset([301, 308])
_REFUSED = frozenset([401, 403, 429, 451])


class Cause(StrEnum):
    """What is wrong with a portal, or ``ok``."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    PROXY = "proxy"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    MOVED = "moved"
    PARKED = "parked"
    BLOCKED = "blocked"
    ERROR_STATUS = "error_status"
    ERROR_PAGE = "error_page"
    NOT_ARCHIVED = "not_archived"
    NEW_SYSTEM = "new_system"
    EMPTY_LIST = "empty_list"
    NO_ARTICLE = "no_article"
    FIELDS_MISSING = "fields_missing"


_OF_NOTICE: dict[Notice, Cause] = {
    "challenge": Cause.BLOCKED,
    "login": Cause.BLOCKED,
    "filtered": Cause.BLOCKED,
    "parked": Cause.PARKED,
    "server": Cause.PARKED,
    "broken": Cause.ERROR_PAGE,
    "missing": Cause.ERROR_PAGE,
}


@dataclass(slots=True)
class PortalLook(SiteFetch):
    """What is fetched of a portal, and how its home page failed.

    ``hops``: the statuses of the redirects before the failure; ``reached``: the URL that failed.
    """

    row: Portal | None = None
    error: BaseException | None = None
    hops: tuple[int, ...] = ()
    reached: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one portal. ``proposal``: values of its row that would be right."""

    portal: str
    cause: Cause
    detail: str = ""
    proposal: dict[str, str] = field(default_factory=dict)


def is_expected(finding: Finding, *, is_gone: bool) -> bool:
    """Return True for a portal that is well, or does not answer and is taken for gone."""
    no_answer = finding.cause in (Cause.UNREACHABLE, Cause.PARKED, Cause.TIMEOUT)
    return finding.cause is Cause.OK or (no_answer and is_gone)


def look_at(row: Portal) -> PortalLook:
    """Return what is to be fetched of the portal of ``row``."""
    return PortalLook(
        starts=(row.home_url,),
        max_listings=1,
        max_articles=2,
        listings=tuple(row.listings.split()[:1]),
        is_article=_is_article(row),
        row=row,
    )


def sample(rows: Sequence[Portal], count: int, day: date) -> list[Portal]:
    """Return ``count`` of the rows, others every day, in their order."""

    def rank(row: Portal) -> str:
        return hashlib.sha256(f"{day} {row.name}".encode()).hexdigest()

    chosen = {row.name for row in sorted(rows, key=rank)[:count]}
    return [row for row in rows if row.name in chosen]


def _is_article(row: Portal) -> Callable[[str], bool] | None:
    family = read_systems(row.cms).family
    if family is None or not (family.articles or family.article_path):
        return None
    return lambda url: family.kind_of(url) == "article"


class FleetSpider(SiteProbeSpider):
    """Fetches the pages of one portal when ``gate`` lets it."""

    name = "fleet"

    def __init__(self, job: PortalLook, gate: asyncio.Semaphore) -> None:
        super().__init__(job)
        assert job.row is not None
        self.row = job.row
        self.url_guard = UrlGuard((self.row.home_url, *self.row.mirror_urls))
        self.robots_exception = self.row.robots_exception
        self.proxy, self.tls_level = self.row.proxy_url, self.row.security_level
        self.tls_hosts = frozenset(host_of(home) for home in self.url_guard.homes)
        self.gate = gate
        self._is_inside = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Turn certificate verification off if the catalogue has a ``tls_exception``."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.row.tls_exception:
            crawler.settings.set("DOWNLOAD_VERIFY_CERTIFICATES", value=False, priority="spider")
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Wait for the gate, then request the home page."""
        await self.gate.acquire()
        self._is_inside = True
        async for request in super().start():
            yield request

    def closed(self, _: str) -> None:
        """Let the next portal through the gate."""
        if self._is_inside:
            self.gate.release()

    def on_home_error(self, failure: Failure) -> Any:
        """Store how the home page failed; an archive may hold the listing without it."""
        request: Request = failure.request  # type: ignore[attr-defined]
        assert isinstance(self.job, PortalLook)
        self.job.error = failure.value
        self.job.reached = request.url
        reasons = request.meta.get("redirect_reasons", ())
        self.job.hops = tuple(reason for reason in reasons if isinstance(reason, int))
        return self._next() if isinstance(failure.value, NotArchivedError) else ()


# --- judging what was fetched --------------------------------------------------------------------


def judge(look: PortalLook, recipe: Recipe) -> Finding:
    """Return what is wrong with a portal, by the first cause that applies."""
    assert look.row is not None
    row = look.row
    if look.error is not None and not look.pages:
        return _of_failure(row, look)
    read = read_pages(look.pages)
    pages = [page for _, page in read]
    if not pages:
        return Finding(row.name, Cause.UNREACHABLE, "no page can be read")
    notice = classify_interstitial(pages[0])
    if notice:
        return Finding(row.name, _OF_NOTICE[notice], pages[0].head_title[:100])
    return _of_system(row, pages) or _of_pages(row, pages, recipe)


def _of_failure(row: Portal, look: PortalLook) -> Finding:
    error = look.error
    if isinstance(error, OffsiteRequestError) and look.hops:
        return _of_move(row, look)
    cause = next(cause for applies, cause in _CAUSES if applies(error))
    return Finding(row.name, cause, " ".join(str(error).split())[:200])


def _of_move(row: Portal, look: PortalLook) -> Finding:
    """Return where a portal moved; for good, and to a public host, it is proposed for its row."""
    parts = urlsplit(look.reached)
    home = f"{parts.scheme}://{parts.netloc}/"
    detail = f"redirects to {home} ({', '.join(map(str, look.hops))})"
    if not set(look.hops) <= _PERMANENT:
        return Finding(row.name, Cause.MOVED, detail)
    other = portals_by_host().get(host_of(home))
    proposal = {"state": "moved", "successor": other.name} if other else {"home_url": home}
    return Finding(row.name, Cause.MOVED, detail, proposal)


_CAUSES: tuple[tuple[Callable[[BaseException | None], bool], Cause], ...] = (
    (lambda e: isinstance(e, NotArchivedError), Cause.NOT_ARCHIVED),
    (lambda e: isinstance(e, ForbiddenByRobotsError), Cause.BLOCKED),
    (is_refused_by_proxy, Cause.PROXY),
    (lambda e: isinstance(e, HttpError) and e.response.status in _REFUSED, Cause.BLOCKED),
    (lambda e: isinstance(e, HttpError), Cause.ERROR_STATUS),
    (lambda e: isinstance(e, IgnoreRequest), Cause.BLOCKED),
    (lambda e: "certificate verify failed" in str(e), Cause.CERTIFICATE),
    (lambda e: isinstance(e, DownloadTimeoutError), Cause.TIMEOUT),
    (lambda _: True, Cause.UNREACHABLE),
)
"""What a failed home page means: the first row whose test holds."""


def _of_system(row: Portal, pages: Sequence[Page]) -> Finding | None:
    """Return the finding that the pages are of another system than the row says, or None."""
    expected, found = read_systems(row.cms).family, recognise_site(pages)
    if expected is None or found is None or found.name == expected.name:
        return None
    if not expected.fingerprints:  # it cannot be recognised itself
        return None
    detail = f"the pages are of {found.title}, not of {expected.title}"
    return Finding(row.name, Cause.NEW_SYSTEM, detail, {"cms": found.title})


def _of_pages(row: Portal, pages: Sequence[Page], recipe: Recipe) -> Finding:
    """Return what the listing and the articles lack."""
    linked = {url_key(page.url) for page, _ in headline_pages(pages)}
    listing = next((url for url in row.listings.split()[:1]), "")
    lists = {url_key(listing), url_key(row.home_url)}
    others = [page for page in pages if url_key(page.url) not in lists]
    candidates = [page for page in others if url_key(page.url) in linked] or others
    results = [read_safely(page, recipe) for page in candidates]
    articles = [one for one in results if isinstance(one, Article) and not one.is_listing_url]
    if not candidates:
        return Finding(row.name, Cause.EMPTY_LIST, f"no headline on {listing or row.home_url}")
    if not articles:
        return Finding(row.name, Cause.NO_ARTICLE, f"not read: {candidates[0].url}")
    missing = [
        name
        for name in ("published_at", "section")
        if not any(getattr(article, name) for article in articles)
    ]
    if "published_at" in missing:
        return Finding(row.name, Cause.FIELDS_MISSING, f"{', '.join(missing)}: {articles[0].url}")
    return Finding(row.name, Cause.OK)
