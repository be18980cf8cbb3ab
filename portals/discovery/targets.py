"""Input and output of exploration: links, crawl targets and URL patterns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from portals.outcomes import StopReason

PageKind = Literal["article", "undated", "other", "hidden"]
"""What a page contains: an article with a date, an article without one, neither, or something else
in its place (a challenge, an error), which says nothing of it."""

PatternKind = Literal["unknown", "article", "listing", "other"]


class PostedForm(NamedTuple):
    """A form that leads to another page: its address, and its fields as they are posted."""

    url: str
    body: str


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link: absolute URL without fragment, the link text, and the day shown beside it.

    ``day``: ISO 8601, Vietnamese time; empty if none is shown, or for links that are no headlines.
    ``form``: what is posted instead of following ``url``, which only names the page.
    """

    url: str
    text: str
    day: str = ""
    form: PostedForm | None = None


@dataclass(frozen=True, slots=True)
class CrawlTarget:
    """A URL to request next, and why.

    ``label`` and ``day``: the text of the link that leads to it and the day shown beside that.
    ``form``: what is posted to get the page.
    """

    url: str
    purpose: Literal["article", "listing", "sample", "page"]
    label: str = ""
    day: str = ""
    form: PostedForm | None = None


@dataclass(frozen=True, slots=True)
class ExplorationStep:
    """The result for one page: whether it is a listing page, and the next targets.

    ``listed``: number of articles it links to; ``stop_reason``: why its listing is followed no
    further, if it is not.
    """

    is_listing: bool
    targets: list[CrawlTarget]
    listed: int = 0
    stop_reason: StopReason | None = None


@dataclass(slots=True)
class UrlPattern:
    """Statistics of one URL pattern: its classification, and the pages counted by result.

    ``queued``: link text by URL, not requested yet; ``held``: likewise, of possible copies;
    ``in_flight``: requests without a result.
    ``duplicates``: articles that were read at another address; ``named_copies``: of these, those
    whose address ends alike; ``namesakes``: other articles whose address ends alike.
    ``indexes``: those of ``listings`` that show no article and lead to listings. ``is_expected``:
    its addresses are those of articles in the portal's CMS. ``hidden``: pages of
    ``others`` that could not be had, or had something else in their place.
    """

    name: str
    kind: PatternKind = "unknown"
    pages_read: int = 0
    articles: int = 0
    listings: int = 0
    indexes: int = 0
    others: int = 0
    hidden: int = 0
    undated: int = 0
    duplicates: int = 0
    named_copies: int = 0
    namesakes: int = 0
    empty_streak: int = 0
    example: str = ""
    trusted: bool = False
    is_expected: bool = False
    queued: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    in_flight: int = 0

    @property
    def is_index(self) -> bool:
        """True if no page of it lists articles, and some lead to pages that do."""
        return 0 < self.listings == self.indexes
