"""The baseline spider of the crawl benchmark: plain Scrapy with the project's reader."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.http import Response

from portals.article import Article, Reject
from portals.extraction.page import Page
from portals.extraction.reader import read_safely
from portals.families.danaweb import DANAWEB
from spiders.haiphong import HaiPhongSpider


class BareSpider(Spider):
    """Follows listings and reads articles; requests are queued in memory, items are discarded."""

    name = "bare"

    def __init__(self, origin: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.origin = origin
        self.reader = HaiPhongSpider.recipe()

    async def start(self) -> AsyncIterator[Request]:
        """Request the first page of the listing."""
        yield Request(f"{self.origin}/tin-tuc-su-kien", self.parse)

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """Yield requests for the articles of a listing page and for its other pages."""
        for css in DANAWEB.item_links:
            for href in response.css(f"{css}::attr(href)").getall():
                yield Request(urljoin(response.url, href), self.parse_article, priority=1)
        for css in DANAWEB.pager_links:
            for href in response.css(f"{css}::attr(href)").getall():
                yield Request(urljoin(response.url, href), self.parse)

    def parse_article(self, response: Response) -> Iterator[Article | Reject]:
        """Yield the article on the page, or the reject."""
        yield read_safely(Page.from_bytes(response.url, response.body), self.reader)
