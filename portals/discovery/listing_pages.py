"""The pages of the listings of an explored portal: which of them to follow, and where they end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portals.discovery.fragments import COUNTED
from portals.discovery.pagers import is_declared, leads_on
from portals.discovery.posted_pagers import is_posted_page, listing_page_key, pager_in
from portals.discovery.script_pagers import SCRIPTED
from portals.discovery.targets import FoundLink
from portals.discovery.url_patterns import is_page_of, listing_of, listing_position
from portals.language.sections import is_ahead_or_last, is_back_label
from portals.outcomes import StopReason
from portals.urls import host_of

MAX_EMPTY_PAGES = 8
"""A pager is followed no further after this many pages in a row without a new article."""


def whole_key(url: str) -> str:
    """Return ``url`` without differences in scheme, ``www.``, slash and case of the host."""
    return f"{host_of(url)}{listing_page_key(url)}"


class ListingPages:
    """The pages that pagers led to, each with the first page of its listing and its number.

    ``stops_at_known``: a listing ends at a page with articles of earlier runs only. An article
    that another list led to is none of them: behind it may be others that no list showed yet.
    """

    def __init__(self, *, stops_at_known: bool = False) -> None:
        self.stops_at_known = stops_at_known
        self._places: dict[str, tuple[str, int]] = {}
        self._trials: dict[str, str] = {}
        self._first: dict[str, int] = {}
        self._pagers: dict[str, set[str]] = {}
        self._first_again: set[str] = set()
        self._forward: set[str] = set()
        self._named_first: set[str] = set()
        self._contents: dict[str, set[int]] = {}
        self._empty_streaks: dict[str, int] = {}
        self._found: dict[str, frozenset[str]] = {}

    def forget_contents(self) -> None:
        """Forget what pages listed: these were read before an interruption.

        News may have moved it to later pages, which repeat no page of theirs.
        """
        for seen in (self._contents, self._empty_streaks, self._found):
            seen.clear()

    def is_later_page(self, url: str) -> bool:
        """Return True if a pager led to ``url``."""
        return whole_key(url) in self._places

    def position_of(self, url: str) -> tuple[str, int]:
        """Return the listing that ``url`` is a page of, without its host, and the page number."""
        first, number = self._place_of(url)
        if not is_posted_page(url) and (first == url or is_page_of(url, first)):
            return listing_position(url)
        pager = pager_in(url)
        return f"{listing_position(first)[0]}{'#' if pager else ''}{pager}", number

    def has_later(self, url: str) -> bool:
        """Return True if a pager shows pages of the listing after the one at ``url``."""
        first, number = self._place_of(url)
        return any(at == first and later > number for at, later in self._places.values())

    def leading_on(self, url: str, links: Iterable[FoundLink]) -> Iterator[FoundLink]:
        """Yield the links that lead to other pages of the listing at ``url``."""
        first, _ = self._place_of(url)
        return (link for link in links if leads_on(link.text, link.url, url, first))

    def is_pager(self, url: str, link: FoundLink, *, is_story: bool) -> bool:
        """Return True if ``link`` is one of the pager; on a story, what follows is a story."""
        first, _ = self._place_of(url)
        is_next_story = is_story and is_declared(link.text)
        return not is_next_story and leads_on(link.text, link.url, url, first)

    def follow(self, url: str, link: FoundLink) -> None:
        """Remember that ``link`` leads from the page ``url`` to another page of its listing."""
        first, number = self._place_of(url)
        digits = "".join(filter(str.isdecimal, link.text))[:5]
        self._places.setdefault(whole_key(link.url), (first, int(digits or number + 1)))
        if digits == "1":
            self._named_first.add(first)
        elif not is_back_label(link.text):
            self._forward.add(whole_key(link.url))
        if pager := pager_in(link.url):
            self._pagers.setdefault(first, set()).add(pager)
        if link.text in (COUNTED, SCRIPTED):
            self._trials.setdefault(whole_key(link.url), link.text)

    def leads_back(self, url: str, link: FoundLink) -> bool:
        """Return True if a pager leads from ``url`` to a page that was read on the way here.

        Page 1 has a second address on many portals (``?trang=1``). Where the first page itself
        links to it, as lists do whose first page is made up of boxes, it is followed.
        """
        if whole_key(url) not in self._forward:
            return False
        if "".join(filter(str.isdecimal, link.text)) == "1":
            return self._place_of(url)[0] not in self._named_first
        return not is_ahead_or_last(link.text)

    def pagers_of(self, url: str) -> set[str]:
        """Return the names of the posted pagers that are followed on the listing of ``url``."""
        return self._pagers.get(self._place_of(url)[0], set())

    def is_counted(self, url: str) -> bool:
        """Return True for a part that was counted on: if it does not exist, its list ends there."""
        return self._trials.get(whole_key(url)) == COUNTED

    def is_first_again(self, url: str) -> bool:
        """Return True for a later page that lists what the first page of its listing does."""
        return whole_key(url) in self._first_again

    def is_scripted(self, url: str) -> bool:
        """Return True for a page whose address only a script makes."""
        return self._trials.get(whole_key(url)) == SCRIPTED

    def why_stop(
        self,
        url: str,
        listed: frozenset[str],
        found: frozenset[str],
        *,
        has_new: bool,
        has_looped: bool,
    ) -> StopReason | None:
        """Record what a page lists; return why its listing is followed no further, or None.

        ``found``: those of ``listed`` that this run found, here or elsewhere.
        """
        first, number = self._place_of(url)
        listing = listing_of(first)
        if number == 1:
            self._first.setdefault(listing, hash(listed))
        elif self._first.get(listing) == hash(listed):
            self._first_again.add(whole_key(url))
        contents = self._contents.setdefault(listing, set())
        streak = 0 if has_new else self._empty_streaks.get(listing, 0) + 1
        self._empty_streaks[listing] = streak
        before = self._found.get(listing, frozenset())  # a box beside the list is on every page
        self._found[listing] = before | found
        # A page number past the end gives the last or first page, perhaps with other side boxes.
        rules = {
            StopReason.KNOWN: self.stops_at_known and not has_new and found <= before,
            StopReason.REPEATS: hash(listed) in contents,
            StopReason.NOTHING_NEW: streak >= MAX_EMPTY_PAGES,
            StopReason.LOOP: has_looped,
        }
        if stop_reason := next((rule for rule, applies in rules.items() if applies), None):
            return stop_reason
        contents.add(hash(listed))
        return None

    def _place_of(self, url: str) -> tuple[str, int]:
        return self._places.get(whole_key(url), (url, listing_position(url)[1]))
