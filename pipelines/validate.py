"""Second pipeline: turns invalid articles into rejects."""

from __future__ import annotations

from typing import Any

from portals.article import Article, Reject
from portals.contract import why_invalid
from portals.crawling.page_result import PageResult


class ValidatePipeline:
    """Checks articles against the contract of the data."""

    def process_item(self, item: Any) -> Any:
        """Return the item with rejects in place of the articles that break the contract."""
        if isinstance(item, PageResult):
            checked = [self._checked(article) for article in item.articles]
            item.articles = [one for one in checked if isinstance(one, Article)]
            item.rejects += [one for one in checked if isinstance(one, Reject)]
            return item
        return self._checked(item) if isinstance(item, Article) else item

    def _checked(self, article: Article) -> Article | Reject:
        code = why_invalid(article)
        return Reject(article.url, code, article.title[:200] or None) if code else article
