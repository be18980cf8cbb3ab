"""Last: articles and rejects go to the database with the page that they came from."""

from __future__ import annotations

from portals.article import Article, Reject
from portals.crawling.page_work import current_unit


class SqlitePipeline:
    """Adds every item to the unit of work of its page.

    The frontier writes a unit in one transaction: the article, the requests that its page led to,
    and that the page is done.
    """

    def process_item(self, item: Article | Reject) -> Article | Reject:
        """Hand the item on to be written."""
        unit = current_unit()
        assert unit is not None, "items come from pages"
        unit.taken.append(item)
        return item
