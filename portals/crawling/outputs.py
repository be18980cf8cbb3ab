"""What a spider yields beside articles, rejects and requests: notes for the books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from scrapy import Request

from portals.article import Article, Reject
from portals.outcomes import StopReason
from portals.store.crawl_state import PageState

Kind = Literal["article", "listing", "other"]

KIND = "kind"
"""Key in ``Request.meta``: what the address is expected to be (``Kind``)."""

KEY = "key"
"""Key in ``Request.meta``: what makes it the same page, where that is not its address."""


@dataclass(frozen=True, slots=True)
class ListingPageRead:
    """One page of a list was read. ``stopped``: why its section ends here, if it does.

    ``began``: a walk through the section begins here; ``expected``: number and address of pages
    that the pager shows behind this one.
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


@dataclass(frozen=True, slots=True)
class ExplorationRecord:
    """What exploration saw on a page, as JSON; a resumed crawl sees it again."""

    url: str
    page: list[Any]


@dataclass(frozen=True, slots=True)
class RetryLater:
    """The answer was none: the page is asked for once more when all else is done."""


SpiderOutput = Article | Reject | Request | ListingPageRead | ExplorationRecord | RetryLater
