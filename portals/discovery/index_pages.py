"""Pages that list no article and lead to the pages that do: months of a calendar, menus of menus.

Such a page counts as a listing once a page that it was the first to lead to is one, so that its
own kind is followed, and is requested again in later nights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portals.discovery.listing_pages import whole_key

_MAX_FOLLOWED = 20_000  # links that are remembered


class IndexPages:
    """The pages without articles of one exploration, and the links that each showed first."""

    def __init__(self) -> None:
        self._led_by: dict[str, str] = {}

    def add(self, page: str, urls: Iterable[str]) -> None:
        """Remember that ``page``, which is no listing, was the first to lead to ``urls``."""
        for url in urls:
            if len(self._led_by) < _MAX_FOLLOWED:
                self._led_by.setdefault(whole_key(url), page)

    def leading_to(self, listing: str) -> Iterator[str]:
        """Yield, once, the pages that led to a listing: the nearest first."""
        page = self._led_by.pop(whole_key(listing), None)
        while page is not None:
            yield page
            page = self._led_by.pop(whole_key(page), None)
