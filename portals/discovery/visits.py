"""What exploration is told and what it answers: links, visits, and shapes of addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PageKind = Literal["article", "undated", "other"]
"""What a page shows by itself: an article with its date, one without, or neither."""

ShapeKind = Literal["unknown", "article", "listing", "other"]


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link of the portal's own host: absolute address without fragment, and its words."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Visit:
    """An address to read next, and why."""

    url: str
    purpose: Literal["article", "listing", "sample", "page"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What exploration made of a page: whether it is a list, and what to read next.

    ``stopped``: why nothing behind the page of a list is read.
    """

    is_list: bool
    visits: list[Visit]
    listed: int = 0
    stopped: str = ""


@dataclass(slots=True)
class Shape:
    """What is known of one shape of address."""

    name: str
    kind: ShapeKind = "unknown"
    pages_read: int = 0
    articles: int = 0
    listings: int = 0
    others: int = 0
    undated: int = 0
    twins: int = 0
    barren: int = 0
    example: str = ""
    trusted: bool = False
    waiting: dict[str, str] = field(default_factory=dict)
    under_way: int = 0
