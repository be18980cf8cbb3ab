"""Turning the pages of a list: what its pager says, and where in the list a page stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from portals.language.sections import is_back_label, is_next_label
from portals.urls import url_key

KNOWN_STREAK = 5
"""After so many known articles in a row a section ends: an earlier walk has met what follows."""

MAX_LISTING_PAGES = 5_000
"""Pages of one list that are read in one walk; the longest known has some 1,200."""


@dataclass(frozen=True, slots=True)
class ListingCursor:
    """Where in a list a page stands.

    ``section``: address of the first page; ``last``: the highest page number that a pager showed;
    ``known_run``: known articles in a row up to this page; ``ahead``: number and address of pages
    behind this one; ``first``: one of the portal's declared lists, which must lead to articles.
    """

    listing: str
    number: int = 1
    last: int = 1
    known_streak: int = 0
    upcoming_pages: Sequence[Sequence[Any]] = ()
    is_declared: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """The next page (several where no label tells which), and numbered pages ahead."""

    next: tuple[str, ...]
    upcoming_pages: tuple[tuple[int, str], ...] = ()


def read_pager(links: Iterable[tuple[str, str]], number: int) -> Pager:
    """Return the next page of a list from its pager on page ``number``.

    ``links``: labels with addresses. A number tells most, then an arrow; first, last and back are
    left alone.
    """
    numbered: dict[int, str] = {}
    arrows: list[str] = []
    others: list[str] = []
    for label, url in links:
        if label.isdecimal() and len(label) < 6:
            numbered.setdefault(int(label), url)
        elif is_next_label(label):
            arrows.append(url)
        elif not is_back_label(label):
            others.append(url)
    ahead = tuple(sorted((n, url) for n, url in numbered.items() if n > number))
    if number + 1 in numbered:
        return Pager((numbered[number + 1],), ahead)
    if arrows:
        return Pager((arrows[0],), ahead)
    return Pager(tuple(url for _, url in ahead) or tuple(others), ahead)


def fingerprint_of(items: Sequence[str]) -> str:
    """Return the fingerprint of a list: of the addresses of its articles, in order."""
    return hashlib.sha256("\n".join(map(url_key, items)).encode()).hexdigest()[:16]
