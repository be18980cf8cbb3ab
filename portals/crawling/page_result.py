"""The result of one requested page, as plain data.

A ``PageResult`` is the only item of the pipelines. It holds no object of Scrapy or Twisted and
survives a round trip through JSON, so that one process can read pages and another store them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from portals.article import Article, Reject
from portals.crawling.modes import CrawlMode
from portals.crawling.spider_outputs import (
    ExplorationRecord,
    KnownArticle,
    ListingPageRead,
    PageKind,
    PartRead,
)
from portals.discovery.url_filters import Rule
from portals.outcomes import REJECT_RULES, RejectCode
from portals.store.pages import ArchivedPage, ShownKind
from portals.store.request_queue import QueuedRequest

Revisits = Literal["due", "all", "none", "settled"]
"""Which known articles are fetched again: those that are due, all, none, or also the settled."""


class FailureKind(StrEnum):
    """Why a request gave no page."""

    HTTP_STATUS = "http_status"
    """The response has an error status."""
    NO_ANSWER = "no_answer"
    """No response: a network failure or a timeout."""
    IGNORED = "ignored"
    """Not requested: robots.txt failed, the page asked to wait, or the archive does not hold it."""
    BODY_CUT_SHORT = "body_cut_short"
    PERMANENT = "permanent"
    """The same at every attempt: a URL forbidden or outside the portal, an unusable body."""


_RETRIED_LIVE = frozenset([FailureKind.NO_ANSWER, FailureKind.IGNORED])
_RETRIED_STATUSES = frozenset([408, 429])
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class CrawlContext:
    """The crawl that a page belongs to."""

    portal: str
    run_id: int
    mode: CrawlMode = CrawlMode.LIVE
    revisits: Revisits = "due"


@dataclass(frozen=True, slots=True)
class StoryOrigin:
    """The first page of a story of several pages, at which its row and its visit are stored.

    ``key``: its page key; ``page``: where it is archived; ``changed``: see ``CHANGED``.
    """

    key: str
    url: str
    page: ArchivedPage | None = None
    is_announced: bool = False
    changed: str = ""


@dataclass(frozen=True, slots=True)
class RequestedPage:
    """The request of a result: its row in the frontier, page key, URL and expected kind.

    ``is_sample``: exploration reads a few pages of each URL pattern to classify it.
    ``is_announced``: an article that a feed or a sitemap names and no listing. ``story``: the first
    page of the story of which this one is a later page. ``article_url``: the public URL of the
    article, where another URL is requested for it. ``source``: the sitemap or feed of a sample.
    """

    lease_id: int
    key: str
    url: str
    expected: PageKind = "other"
    is_sample: bool = False
    is_announced: bool = False
    story: StoryOrigin | None = None
    article_url: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class SkippedLink:
    """A link that a rule of ``discovery/url_filters.py`` kept out of the frontier."""

    rule: Rule
    url: str


@dataclass(slots=True)
class Applied:
    """The changes made by storing a result. ``outcomes``: one for each article, in order.

    ``missing_articles``: 1 for a page that may be an article which was never had. ``is_settled``:
    the page could not be read, as in many nights before: no run is worse for it.
    ``listed_known``: known articles that the page lists; ``skipped_known``: those of them that
    this crawl sees for the first time.
    """

    outcomes: list[str] = field(default_factory=list)
    enqueued: int = 0
    listed_known: int = 0
    skipped_known: int = 0
    shrunken_listings: int = 0
    missing_articles: int = 0
    is_settled: bool = False
    skipped: list[SkippedLink] = field(default_factory=list)


@dataclass(slots=True)
class PageResult:
    """One page and everything that it gave, stored in one transaction.

    ``fetched_at``: UTC, ISO 8601. ``status``: 0 without a response. ``archived``: the responses
    archived since the last result (robots.txt, redirects, the page); ``answer``: the one that is
    the page. ``parts``: later pages of stories; ``goes_on``: the next page of the story is
    requested. ``announcement``: fingerprint of a feed or sitemap. ``wants_retry``: the callback
    requested another attempt. ``applied``: the changes, set when the result is stored; not part of
    the JSON.
    """

    crawl: CrawlContext
    request: RequestedPage
    fetched_at: str
    status: int = 0
    etag: str | None = None
    last_modified: str | None = None
    archived: list[ArchivedPage] = field(default_factory=list)
    answer: ArchivedPage | None = None
    failure: FailureKind | None = None
    articles: list[Article] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    requests: list[QueuedRequest] = field(default_factory=list)
    listing_pages: list[ListingPageRead] = field(default_factory=list)
    exploration: list[ExplorationRecord] = field(default_factory=list)
    known: list[KnownArticle] = field(default_factory=list)
    skipped: list[SkippedLink] = field(default_factory=list)
    parts: list[PartRead] = field(default_factory=list)
    goes_on: bool = False
    traversals: list[str] = field(default_factory=list)
    announcement: str | None = None
    wants_retry: bool = False
    applied: Applied | None = field(default=None, compare=False)

    @property
    def items(self) -> Sequence[Article | Reject]:
        """Articles and rejects, which feed exports and item counters see."""
        return [*self.articles, *self.rejects]

    def reject_articles(self, code: RejectCode, detail: str) -> None:
        """Replace the articles by one reject: a pipeline did not pass them on."""
        self.articles.clear()
        self.rejects.append(Reject(self.request.url, code, detail))

    def reject_everything(self, code: RejectCode, detail: str) -> None:
        """Replace everything collected from the page by one reject: the database refused it."""
        self.rejects = [Reject(self.request.url, code, detail)]
        for collected in (
            self.articles, self.requests, self.listing_pages, self.exploration, self.known,
            self.traversals, self.parts,
        ):  # fmt: skip
            collected.clear()


def page_kind(result: PageResult) -> ShownKind:
    """Return the kind of the page for ``pages.showed``."""
    if result.articles and result.request.story is None:
        return "article"
    if result.listing_pages:
        return "list"
    return "reject" if result.rejects else "other"


def is_retryable(result: PageResult) -> bool:
    """Return True for transient failures; they are fetched once more at the end of the run.

    An announcement is not: no article is missing if it cannot be had. A later page of a story
    neither: its story requests it again.
    """
    if result.request.expected == "announcement" or result.request.story is not None:
        return False
    if result.failure is None:
        is_missing = any(page.state in ("empty", "failed") for page in result.listing_pages)
        is_transient = any(REJECT_RULES[reject.code].is_retryable for reject in result.rejects)
        return result.wants_retry or is_missing or is_transient
    is_unanswered = result.failure in _RETRIED_LIVE
    if is_unanswered and result.crawl.mode is CrawlMode.REPLAY:
        return False
    return may_recover(result.failure, result.status)


def may_recover(failure: FailureKind, status: int) -> bool:
    """Return True for a failure that the next attempt may not have."""
    if failure is FailureKind.HTTP_STATUS:
        return status >= _SERVER_ERROR or status in _RETRIED_STATUSES
    return failure is FailureKind.BODY_CUT_SHORT or failure in _RETRIED_LIVE


class BudgetClass(StrEnum):
    """The class of a page for the error budget of a run; ``budget.py`` gives the costs."""

    GOOD = "good"
    """An article or a listing."""
    SAMPLE = "sample"
    """Neither, but a sample of exploration, which limits its samples itself; an announcement."""
    EMPTY = "empty"
    ERROR = "error"
    """A server error."""
    UNANSWERED = "unanswered"


def budget_class(result: PageResult) -> BudgetClass:
    """Return the budget class of the page.

    Captures of an archive cost nothing unless there is no answer: many are not articles.
    """
    if result.request.expected == "announcement":
        return BudgetClass.SAMPLE
    found = _live_budget_class(result)
    is_archive = result.crawl.mode is not CrawlMode.LIVE
    return BudgetClass.GOOD if is_archive and found is not BudgetClass.UNANSWERED else found


def _live_budget_class(result: PageResult) -> BudgetClass:
    if result.failure is FailureKind.NO_ANSWER:
        return BudgetClass.UNANSWERED
    if result.failure not in (None, FailureKind.HTTP_STATUS):
        return BudgetClass.EMPTY
    if result.failure is not None and result.status >= _SERVER_ERROR:
        return BudgetClass.ERROR
    has_listing = any(page.state in ("fetched", "unchanged") for page in result.listing_pages)
    if has_listing or result.articles or result.parts or result.goes_on:
        return BudgetClass.GOOD
    if result.request.is_sample:
        return BudgetClass.SAMPLE
    # An article outside the requested dates gives no output and is still an article.
    is_unwanted = not result.rejects and result.request.expected == "article"
    return BudgetClass.GOOD if is_unwanted else BudgetClass.EMPTY
