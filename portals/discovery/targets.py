"""What exploration is told and what it answers: links, visits, and shapes of addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from portals.outcomes import StopReason

PageKind = Literal["article", "undated", "other"]
"""What a page shows by itself: an article with its date, one without, or neither."""

PatternKind = Literal["unknown", "article", "listing", "other"]


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link of the portal's own host: absolute address without fragment, and its words."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class CrawlTarget:
    """An address to read next, and why."""

    url: str
    purpose: Literal["article", "listing", "sample", "page"]


@dataclass(frozen=True, slots=True)
class ExplorationStep:
    """What exploration made of a page: whether it is a list, and what to read next.

    ``stopped``: why nothing behind the page of a list is read.
    """

    is_listing: bool
    targets: list[CrawlTarget]
    listed: int = 0
    stop_reason: StopReason | None = None


@dataclass(slots=True)
class UrlPattern:
    """What is known of one shape of address."""

    name: str
    kind: PatternKind = "unknown"
    pages_read: int = 0
    articles: int = 0
    listings: int = 0
    others: int = 0
    undated: int = 0
    duplicates: int = 0
    empty_streak: int = 0
    example: str = ""
    trusted: bool = False
    queued: dict[str, str] = field(default_factory=dict)
    in_flight: int = 0
