"""Portals of a system whose pages a script builds: nothing of them is read but their JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from scrapy import Request

from portals.families import Family
from spiders.base.portal import REVISIT_PRIORITY, Finder, PortalSpider
from spiders.base.wayback import WaybackFinder


class JsonFinder(Finder):
    """Finds the articles of a portal in the JSON that its system describes."""

    trusts_feeds = True

    def __init__(self, spider: PortalSpider) -> None:
        super().__init__(spider)
        assert spider.family is not None, "a portal of JSON must have a family"
        self.family = spider.family

    def start(self) -> Iterator[Request]:
        """Request due revisits, and the lists or what names them."""
        for url in self.due_revisits():
            yield self.article_request(url).replace(priority=REVISIT_PRIORITY)
        yield from self.spider.script_built.start(self.family)
        yield from self.spider.remember_announced()

    def article_request(self, url: str, label: str = "", day: str = "") -> Request:  # noqa: ARG002
        """Return the request for an article, by its public URL."""
        return self.spider.script_built.article_request(self.family, url, label)


class JsonSpider(PortalSpider):
    """A portal whose pages a script builds; ``family`` describes the JSON that it loads."""

    family: ClassVar[Family]
    finder_type = JsonFinder
    wayback_finder_type = WaybackFinder
