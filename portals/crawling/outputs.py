"""What a spider yields beside articles, rejects and requests: notes for the books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from scrapy import Request

from portals.article import Article, Reject
from portals.store.memory import PageState

Kind = Literal["article", "listing", "other"]

KIND = "kind"
"""Key in ``Request.meta``: what the address is expected to be (``Kind``)."""

KEY = "key"
"""Key in ``Request.meta``: what makes it the same page, where that is not its address."""


@dataclass(frozen=True, slots=True)
class ListRead:
    """One page of a list was read. ``stopped``: why its section ends here, if it does.

    ``began``: a walk through the section begins here; ``expected``: number and address of pages
    that the pager shows behind this one.
    """

    section: str
    number: int
    url: str
    state: PageState
    items: int = 0
    fingerprint: str | None = None
    stopped: str = ""
    began: bool = False
    expected: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Explored:
    """What exploration saw on a page, as JSON; a resumed crawl sees it again."""

    url: str
    page: list[Any]


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The answer was none: the page is asked for once more when all else is done."""


Output = Article | Reject | Request | ListRead | Explored | TryAgain
