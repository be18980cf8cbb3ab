"""Following the pages of a listing: reading its pager, and the position of a page in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from portals.discovery.targets import PostedForm
from portals.language.sections import is_back_label, is_next_label
from portals.urls import url_key

KNOWN_STREAK = 5
"""A listing ends after this many known articles in a row: an earlier traversal saw the rest."""

MAX_LISTING_PAGES = 5_000
"""Pages of one listing that one traversal reads; the longest known has some 1,200."""


@dataclass(frozen=True, slots=True)
class ListingCursor:
    """The position of a page in its listing.

    ``listing``: URL of the first page; ``number``: of this page, from 1; ``last``: the highest page
    number shown by a pager; ``known_streak``: known articles in a row up to this page;
    ``upcoming_pages``: (number, URL) of later pages; ``is_declared``: the listing is declared by
    the portal's recipe, so that it must lead to articles; ``is_posted``: a posted form led here.
    """

    listing: str
    number: int = 1
    last: int = 1
    known_streak: int = 0
    upcoming_pages: Sequence[Sequence[Any]] = ()
    is_declared: bool = False
    is_posted: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """URLs of the next page (several candidates if no label is clear), and later (number, URL)s.

    ``form``: what is posted to get the next page, if it has no URL.
    """

    next: tuple[str, ...]
    upcoming_pages: tuple[tuple[int, str], ...] = ()
    form: PostedForm | None = None


def read_pager(links: Iterable[tuple[str, str]], number: int) -> Pager:
    """Return the next page of a listing from its pager on page ``number``.

    ``links``: (label, URL). A number is the best evidence, then an arrow; links to the first, last
    and previous page are skipped.
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
    """Return the fingerprint of a listing page: a hash of its articles' URLs, in order."""
    return hashlib.sha256("\n".join(map(url_key, items)).encode()).hexdigest()[:16]
