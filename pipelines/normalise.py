"""First pipeline: normalises the texts of articles."""

from __future__ import annotations

from typing import TypeVar

from portals.contract import normalise
from portals.crawling.items import articles_of

Item = TypeVar("Item")


class NormalisePipeline:
    """Cleans every text field of the articles, counts words and computes content hashes."""

    def process_item(self, item: Item) -> Item:
        """Return the item with its articles normalised in place."""
        for article in articles_of(item):
            normalise(article)
        return item
