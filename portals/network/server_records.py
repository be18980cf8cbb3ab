"""What a recorded crawl knows of servers from earlier runs."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Self

from scrapy.crawler import Crawler

from portals.network.addresses import is_literal
from portals.network.dns import CrawlNames, names_of
from portals.network.servers import server_of
from portals.store.database import Store
from portals.store.forgotten import ForgottenUrls
from portals.store.holds import Hold, HoldRepository
from portals.store.public_names import PublicNameRepository
from portals.store.robots import RobotsRepository
from portals.store.server_clocks import ServerClockRepository
from portals.timestamps import utc_now


class ServerRecords:
    """Extension that gives the network side the tables on servers.

    The repositories are None unless the crawl is recorded and uses the network: Scrapy's own
    tools have no database, and a replayed archive says nothing about a server's present state.
    ``forgotten``: the URLs that no recorded crawl requests, of an archive neither.
    """

    def __init__(self, crawl_names: CrawlNames | None = None) -> None:
        self._crawl_names = crawl_names or CrawlNames()
        self.robots: RobotsRepository | None = None
        self.holds: HoldRepository | None = None
        self.clocks: ServerClockRepository | None = None
        self.forgotten = ForgottenUrls()
        self._held: dict[tuple[str, str], datetime] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension without a database."""
        return cls(names_of(crawler))

    def use(self, store: Store) -> None:
        """Use the database of the crawl, also for the names that were public.

        Raises sqlite3.Error.
        """
        self.robots = RobotsRepository(store)
        self.holds = HoldRepository(store)
        self.clocks = ServerClockRepository(store)
        names = PublicNameRepository(store)
        self._crawl_names.public |= names.all()
        self._crawl_names.on_public = partial(_remember_public, names)
        active = self.holds.active(utc_now())
        self._held = {(hold.server, hold.url): hold.until for hold in active}

    def hold(self, hold: Hold, now: datetime) -> None:
        """Hold a server or a page, for later runs too."""
        self._held[hold.server, hold.url] = hold.until
        if self.holds:
            with suppress(sqlite3.Error):  # the next write to the database reports it
                self.holds.save(hold, now)

    def held_until(self, server: str, url: str = "") -> datetime | None:
        """Return until when a server, or a page of it, is not requested; None if it is now."""
        until = self._held.get((server, url))
        return until if until and until > utc_now() else None

    def lift(self, url: str) -> None:
        """Lift every hold of the server of ``url``. Raises sqlite3.Error."""
        server = server_of(url)
        self._held = {key: until for key, until in self._held.items() if key[0] != server}
        if self.holds:
            self.holds.lift(server)


def _remember_public(names: PublicNameRepository, name: str) -> None:
    if not is_literal(name):  # numbers cannot be bound anew
        with suppress(sqlite3.Error):  # the next write to the database reports it
            names.add(name, utc_now())


def server_records(crawler: Crawler) -> ServerRecords:
    """Return the records of a crawl; empty ones where the extension is off."""
    return crawler.get_extension(ServerRecords) or ServerRecords()
