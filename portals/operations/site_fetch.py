"""Fetching the few pages that ``genspider`` examines: home page, listings, article candidates.

A plain Scrapy spider: it obeys robots.txt and the URL guard and writes no database, no archive
and no lock. Pages of an archive are read without a crawl.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from portals.archive.captures import archive_files, read_captures
from portals.crawling.verdicts import Verdict
from portals.errors import ArchiveError
from portals.network.proxies import is_refused_by_proxy
from portals.network.url_guard import OffsiteRequestError, UrlGuard
from portals.operations.site_probe import (
    FetchedPage,
    article_urls,
    listing_urls,
    origin_of,
    read_pages,
)
from portals.timestamps import utc_now
from portals.urls import host_of, url_key

MAX_LISTINGS = 2
MAX_ARTICLES = 3
MAX_ARCHIVED = 300
"""Maximum number of pages of an archive that are examined."""

_HTTP_OK = 200
_REFUSED = frozenset([401, 403, 429, 451])

HARMLESS: dict[str, Any] = {
    "SCHEDULER": "scrapy.core.scheduler.Scheduler",  # in memory; the project's needs a database
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {},
    "ARCHIVE_DIR": "",
    "RETRY_TIMES": 1,
}
"""Settings of a crawl that stores nothing."""


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """Why a page could not be fetched: the verdict, and the fact with its remedy in one line."""

    url: str
    verdict: Verdict
    message: str


@dataclass(slots=True)
class SiteFetch:
    """The URLs to fetch, and the results.

    ``starts``: URLs of the home page, tried in order until one answers. ``candidates``: articles
    that the operator named, fetched before those in listings. ``follows``: returns the URLs that a
    page leads to and that are fetched as well. ``listings``: listings that are read in place of
    those to which the home page leads; ``is_article``: which links are preferred.
    """

    starts: tuple[str, ...]
    candidates: tuple[str, ...] = ()
    max_listings: int = MAX_LISTINGS
    max_articles: int = MAX_ARTICLES
    follows: Callable[[FetchedPage], Sequence[str]] | None = None
    listings: tuple[str, ...] = ()
    is_article: Callable[[str], bool] | None = None
    pages: list[FetchedPage] = field(default_factory=list)
    failure: FetchFailure | None = None


class SiteProbeSpider(Spider):
    """Fetches the pages of one ``SiteFetch``, one at a time."""

    name = "site-probe"

    def __init__(self, job: SiteFetch) -> None:
        super().__init__()
        self.job = job
        self.url_guard = UrlGuard(job.starts, job.starts)
        self._starts = list(job.starts)
        self._listings: list[str] | None = None
        self._articles: list[str] | None = None
        self._followed: dict[str, bool] = {}  # whether it was requested

    async def start(self) -> AsyncIterator[Request]:
        """Request the home page."""
        yield self._home()

    def _home(self) -> Request:
        return Request(self._starts.pop(0), self.parse, errback=self.on_home_error)

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """Store the page and request the next one."""
        header = (response.headers.get("Content-Type") or b"").decode("latin-1")
        at = utc_now().replace(microsecond=0)
        page = FetchedPage(response.url, response.body, header, at)
        self.job.pages.append(page)
        for url in self.job.follows(page) if self.job.follows else ():
            self._followed.setdefault(url, False)
        yield from self._next()

    def on_home_error(self, failure: Failure) -> Iterator[Request]:
        """Request the next URL of the home page, else store why none answers."""
        if self._starts:
            yield self._home()
            return
        self.job.failure = failure_of(failure)

    def on_error(self, _: Failure) -> Iterator[Request]:
        """Request the next page: single listings and articles may fail."""
        yield from self._next()

    def _next(self) -> Iterator[Request]:
        job = self.job
        if url := next((url for url, is_asked in self._followed.items() if not is_asked), None):
            self._followed[url] = True
            yield self._request(url)
            return
        if self._listings is None:
            home = read_pages(job.pages)
            found = list(job.listings) or (listing_urls(home[0][1]) if home else [])
            self._listings = found[: job.max_listings]
        if self._listings:
            yield self._request(self._listings.pop(0))
            return
        if self._articles is None:
            found = article_urls([page for _, page in read_pages(job.pages)])
            if is_article := job.is_article:
                found = sorted(found, key=lambda url: not is_article(url))
            wanted = dict.fromkeys([*job.candidates, *found]) if job.max_articles else {}
            self._articles = list(wanted)[: job.max_articles]
        if self._articles:
            yield self._request(self._articles.pop(0))

    def _request(self, url: str) -> Request:
        return Request(url, self.parse, errback=self.on_error)


def make_harmless(settings: BaseSettings) -> None:
    """Change ``settings`` so that a crawl stores nothing and takes no lock."""
    for name, value in HARMLESS.items():
        settings.set(name, value, priority="cmdline")
    # Failures are reported in one line; -s LOG_LEVEL shows the log.
    settings.set("LOG_LEVEL", "CRITICAL", priority="spider")


def start_urls(url: str) -> tuple[str, ...]:
    """Return the URLs to try for ``url``: without a scheme, https and then http.

    Raises ValueError if it is not an http(s) URL.
    """
    urls = (url,) if "://" in url else (f"https://{url}", f"http://{url}")
    parts = urlsplit(urls[0])
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not an http(s) URL; give one like https://congdoan.vn/")
    _ = parts.port  # raises ValueError for an invalid port
    return urls if parts.path else tuple(f"{one}/" for one in urls)


def failure_of(failure: Failure) -> FetchFailure:
    """Return verdict and message of a failed request, by the first rule that applies."""
    error = failure.value
    request: Request = failure.request  # type: ignore[attr-defined]
    url = request.meta.get("redirect_urls", [request.url])[0]
    verdict, message = next(
        (verdict, message) for applies, verdict, message in _FAILURES if applies(error)
    )
    status = error.response.status if isinstance(error, HttpError) else 0
    return FetchFailure(url, verdict, message.format(url=url, error=error, status=status))


_FAILURES: tuple[tuple[Callable[[BaseException | None], bool], Verdict, str], ...] = (
    (
        lambda e: isinstance(e, OffsiteRequestError),
        "gone",
        "{url} {error}; give its new URL",
    ),
    (
        lambda e: isinstance(e, IgnoreRequest) and not isinstance(e, HttpError),
        "blocked",
        "{url} is forbidden by robots.txt; ask its operator,"
        " or read an archive of it with --replay",
    ),
    (
        is_refused_by_proxy,
        "incomplete",
        "{url} was not requested: the proxy of http_proxy or https_proxy cannot be reached, or"
        " refuses",
    ),
    (
        lambda e: isinstance(e, HttpError) and e.response.status in _REFUSED,
        "blocked",
        "{url} answered {status}; open it in a browser, or read an archive of it with --replay",
    ),
    (
        lambda e: isinstance(e, HttpError),
        "incomplete",
        "{url} answered {status}; check the URL in a browser",
    ),
    (
        lambda e: "certificate verify failed" in str(e),
        "incomplete",
        "the certificate of {url} cannot be verified; give its http: URL,"
        " or read an archive of it with --replay",
    ),
    (
        lambda e: isinstance(e, DownloadTimeoutError),
        "timeout",
        "{url} did not answer in time; try again later, or read an archive of it with --replay",
    ),
    (
        lambda e: isinstance(e, CannotResolveHostError),
        "gone",
        "the host of {url} is not known; check the URL, or read an archive of it with --replay",
    ),
    (
        lambda e: isinstance(e, DownloadConnectionRefusedError),
        "gone",
        "no server answers at {url}; check the URL, or read an archive of it with --replay",
    ),
    (
        lambda _: True,
        "gone",
        "{url} cannot be reached; check the URL, or read an archive of it with --replay",
    ),
)
"""What a failed request means: test, verdict and message."""


def archived_pages(path: str | Path, url: str | None = None) -> list[FetchedPage]:
    """Return the newest captures of the pages of one site, its home page first.

    ``url``: a URL of the site; None: the host with the most pages. At most ``MAX_ARCHIVED``
    pages. Raises ArchiveError, OSError.
    """
    found: dict[str, FetchedPage] = {}
    for file in archive_files([path]):
        for capture in read_captures(file):
            kind = capture.content_type or ""
            if capture.status == _HTTP_OK and "html" in kind:
                page = FetchedPage(capture.url, capture.body, kind, capture.captured_at)
                found[capture.url] = page
    host = host_of(url) if url else _most_frequent([host_of(one) for one in found])
    own = [page for page in found.values() if host_of(page.url) == host]
    if not own:
        raise ArchiveError(f"{path} holds no page of {host or 'any site'}; name a site that it has")
    home = url_key(url or origin_of(own[0].url))
    return sorted(own, key=lambda page: url_key(page.url) != home)[:MAX_ARCHIVED]


def _most_frequent(hosts: Sequence[str]) -> str:
    return max(hosts, key=hosts.count, default="")
