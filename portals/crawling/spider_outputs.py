"""What a spider callback may yield besides Scrapy requests: items and crawl records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from scrapy import Request

from portals.article import Article, Reject
from portals.outcomes import StopReason
from portals.store.crawl_state import PageState

PageKind = Literal["article", "listing", "announcement", "other"]

KIND = "kind"
"""Key in ``Request.meta``: what the URL is expected to be (``PageKind``)."""

KEY = "key"
"""Key in ``Request.meta``: the page key, if it is not the normalised URL."""

ANNOUNCED = "announced"
"""Key in ``Request.meta``: True for an article that a feed or a sitemap names and no listing."""

REFERRER = "referrer"
"""Key in ``Request.meta``: URL of the page that the link is on."""

CHANGED = "changed"
"""Key in ``Request.meta``: when the portal says that a known article changed (UTC, ISO 8601)."""

SOURCE = "source"
"""Key in ``cb_kwargs``: the sitemap or feed that names a sample."""

SECONDS = "seconds"
"""Key in ``Request.meta``: CPU seconds that the callback may take, if not those of a page."""

SYSTEM = "system"
"""Key in ``cb_kwargs``: the response is JSON of this system (its name)."""

ARTICLE_URL = "article_url"
"""Key in ``cb_kwargs``: the public URL of the article that a JSON response holds."""

LINK_LEARNED = object()
"""Signal: a listing shows the day of a page that was fetched before.

Arguments: ``page``, the archived page, ``label`` and ``day``.
"""

LATE_PRIORITY = -10
"""Priority of announcements: they are requested when no other request is pending or open."""


@dataclass(frozen=True, slots=True)
class ListingPageRead:
    """A listing page was read. ``stop_reason``: why the pages after it are not requested.

    ``items``: number of articles that it lists; ``is_traversal_start``: a traversal of the listing
    begins here; ``expected``: number and URL of the later pages that the pager shows;
    ``is_declared``: the catalogue or the system names the listing, no link does.
    """

    listing: str
    number: int
    url: str
    state: PageState
    items: int = 0
    fingerprint: str | None = None
    stop_reason: StopReason | None = None
    is_traversal_start: bool = False
    expected: tuple[tuple[int, str], ...] = ()
    is_declared: bool = False


@dataclass(frozen=True, slots=True)
class ExplorationRecord:
    """Kind, links and text hash of an explored page, as JSON; a resumed crawl replays it."""

    url: str
    page: list[Any]


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """A link to a known article that is not fetched again. ``key``: its page key."""

    key: str
    url: str


@dataclass(frozen=True, slots=True)
class TraversalStart:
    """A traversal of ``listing`` begins with this page, which is not a page of it."""

    listing: str


@dataclass(frozen=True, slots=True)
class AnnouncementRead:
    """A feed, a sitemap or a list of posts was read. ``fingerprint``: hash of what it names."""

    fingerprint: str


@dataclass(frozen=True, slots=True)
class PartRead:
    """A later page of a story was read, which is no article of its own.

    ``key``: its page key, by which links to it are known from now on; empty if it is that of the
    first page. ``number``: of the page in the story that is being read, 0 if it was found alone.
    """

    key: str
    url: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class RetryLater:
    """The response was not usable; the page is requested once more at the end of the run."""


SpiderOutput = (
    Article | Reject | Request | ListingPageRead | ExplorationRecord | KnownArticle
    | TraversalStart | AnnouncementRead | PartRead | RetryLater
)  # fmt: skip
