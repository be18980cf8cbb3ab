"""What a recorded crawl knows of servers from earlier runs."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler

from portals.store.database import Store
from portals.store.robots import RobotsRepository


class ServerRecords:
    """Extension that gives the network side the tables on servers.

    ``robots``: None unless the crawl is recorded and live, since Scrapy's own tools have no
    database, and archives say nothing about a server's present state.
    """

    def __init__(self) -> None:
        self.robots: RobotsRepository | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:  # noqa: ARG003 - Scrapy's signature
        """Return the extension without a database."""
        return cls()

    def use(self, store: Store) -> None:
        """Use the database of the crawl."""
        self.robots = RobotsRepository(store)


def server_records(crawler: Crawler) -> ServerRecords:
    """Return the records of a crawl; empty ones where the extension is off."""
    return crawler.get_extension(ServerRecords) or ServerRecords()
