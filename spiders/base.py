"""What every spider does: arguments, pages to articles, failures to rejects.

A portal whose system is known is a ``ListingSpider`` (``listing.py``); one whose addresses nobody
described is a ``DiscoverySpider`` (``discovery.py``). A portal's own file holds attributes only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

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
from portals.crawling.arguments import CrawlArguments
from portals.crawling.replay import CAPTURED_AT, NotArchived
from portals.extraction.layout import Layout
from portals.extraction.page import Page
from portals.extraction.reader import READER_FAILED, Recipe, read_safely
from portals.families import Family
from portals.language.decoding import UndecodableText

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
        self.host = host_of(self.home)
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
        host = host_of(url)
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
        result = self.read_page(page)
        if isinstance(result, Reject) and result.reason == READER_FAILED:
            self.count("errors")
            self.count("reader_errors")
        return result

    def read_page(self, page: Page) -> Article | Reject:
        """Return what the page shows."""
        return read_safely(page, self.reader)

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


def host_of(url: str) -> str:
    """Return the host of ``url``, without ``www.``."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def _is_web_page(content_type: str, body: bytes) -> bool:
    if content_type and not re.search(
        r"html|xml|text/plain|octet-stream", content_type, re.IGNORECASE
    ):
        return False
    start = body[:2048].lstrip()
    return not start.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04"))
