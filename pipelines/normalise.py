"""First: one form for every text, whichever spider it came from."""

from __future__ import annotations

from typing import TypeVar

from portals.contract import normalise
from portals.crawling.items import articles_of

Item = TypeVar("Item")


class NormalisePipeline:
    """Cleans every text field of the articles, counts words and computes content hashes."""

    def process_item(self, item: Item) -> Item:
        """Return the item with its articles in their stored form."""
        for article in articles_of(item):
            normalise(article)
        return item
