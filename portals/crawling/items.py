"""The articles of an item: items are page results or, in Scrapy's tools, articles."""

from __future__ import annotations

from collections.abc import Sequence

from portals.article import Article
from portals.crawling.page_result import PageResult


def articles_of(item: object) -> Sequence[Article]:
    """Return the articles of a page result, the article itself, or nothing."""
    if isinstance(item, PageResult):
        return item.articles
    return [item] if isinstance(item, Article) else []
