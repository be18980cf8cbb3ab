"""The spider of the crawl benchmark's other side: Scrapy alone, with the project's reader."""

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
    """Follows lists and reads articles; what waits is in memory, what is read goes nowhere."""

    name = "bare"

    def __init__(self, origin: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.origin = origin
        self.reader = HaiPhongSpider.recipe()

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of the list."""
        yield Request(f"{self.origin}/tin-tuc-su-kien", self.parse)

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """Yield the articles of a list page and its other pages."""
        for css in DANAWEB.item_links:
            for href in response.css(f"{css}::attr(href)").getall():
                yield Request(urljoin(response.url, href), self.parse_article, priority=1)
        for css in DANAWEB.pager_links:
            for href in response.css(f"{css}::attr(href)").getall():
                yield Request(urljoin(response.url, href), self.parse)

    def parse_article(self, response: Response) -> Iterator[Article | Reject]:
        """Yield what the page shows."""
        yield read_safely(Page.from_bytes(response.url, response.body), self.reader)
