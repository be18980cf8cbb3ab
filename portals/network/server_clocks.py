"""The clock of this machine, compared with the ``Date`` of the answers of servers.

A clock that is wrong cannot be found on the machine. One server's clock may be wrong instead; that
two strangers' clocks are wrong by the same time, to the minutes, does not happen.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median_low
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.headers import Headers

from portals.network.scrapy_compat import close_spider
from portals.network.server_records import server_records
from portals.network.servers import server_of
from portals.outcomes import Counter
from portals.store.runs import WRONG_CLOCK
from portals.store.server_clocks import ServerClock
from portals.timestamps import CLOCK_TOLERANCE, utc_now

logger = logging.getLogger(__name__)

AGREEMENT = timedelta(minutes=5)
"""How far two clocks that are right may differ, the time of an answer included."""

_FRESH = timedelta(days=1)
"""Age up to which a comparison counts; a clock that was set since has moved by more than that."""

_REPEATED = timedelta(hours=1)
"""After that time a comparison is made anew: a clock may be set during a run."""

_FEWEST = 2
"""Clocks that must agree before ours is wrong: one portal's wrong clock never ends a run."""

_CDN = re.compile(
    r"cloudflare|akamai|cloudfront|fastly|varnish|bunnycdn|gcore|keycdn|imperva|incapsula|sucuri"
    r"|ddos-guard|vnetwork|vnis|bizfly|cdn77",
    re.IGNORECASE,
)
_CDN_HEADERS = ("Server", "Via", "X-Cache", "X-CDN", "CF-Ray", "X-Served-By")


@dataclass(frozen=True, slots=True)
class ClockFault:
    """A clock of which at least two servers say that it is wrong.

    ``ahead``: by how much, negative if it is behind; ``servers``: those that say so.
    """

    ahead: timedelta
    servers: tuple[str, ...]

    def __str__(self) -> str:
        """Return fact and remedy in one line."""
        named = ", ".join(self.servers[:3]) + (", …" if len(self.servers) > 3 else "")
        return (
            f"this machine's clock is {difference(self.ahead)} the clocks of"
            f" {len(self.servers)} servers ({named}); set the clock and run again"
        )


def difference(ahead: timedelta) -> str:
    """Return a difference of clocks in words: "3 days ahead of", "12 hours behind"."""
    hours = round(abs(ahead).total_seconds() / 3600)
    days = round(hours / 24)
    number = f"{days} days" if days > 1 else f"{hours} hours"
    return f"{number} {'ahead of' if ahead > timedelta() else 'behind'}"


def clock_fault(clocks: Iterable[ServerClock], now: datetime) -> ClockFault | None:
    """Return by how much the clock that says ``now`` is wrong; None if it may be right.

    It is wrong if the clocks of two machines differ from it by more than ``CLOCK_TOLERANCE``, and
    agree with each other, and more of them do than say something else. The tolerance is a day: a
    server that takes its local time for UTC is hours off, and others make the same mistake.
    """
    fresh = [one for one in clocks if -AGREEMENT <= now - one.measured_at <= _FRESH]
    groups = (_agreeing(one, fresh) for one in fresh)
    largest = max(groups, key=_witnesses, default=[])
    number = _witnesses(largest)
    if number < _FEWEST or 2 * number <= _witnesses(fresh):
        return None
    ahead = median_low(one.ahead for one in largest)
    if abs(ahead) <= CLOCK_TOLERANCE:
        return None
    return ClockFault(ahead, tuple(one.server for one in largest))


def _agreeing(clock: ServerClock, others: Sequence[ServerClock]) -> list[ServerClock]:
    return [one for one in others if abs(one.ahead - clock.ahead) <= AGREEMENT]


def _witnesses(clocks: Sequence[ServerClock]) -> int:
    return len({one.witness for one in clocks})


def served_at(headers: Headers) -> datetime | None:
    """Return the time at a server when it answered; None if the answer does not say.

    A cache adds ``Age`` to a ``Date`` of the past. One that does not makes the time too early,
    never too late.
    """
    dates, ages = headers.getlist("Date"), headers.getlist("Age")
    age = ages[0].strip() if ages else b"0"
    if len(dates) != 1 or len(ages) > 1 or not age.isdigit():
        return None
    try:
        date = parsedate_to_datetime(dates[0].decode("latin-1"))
        return date.replace(tzinfo=date.tzinfo or UTC) + timedelta(seconds=int(age[:12]))
    except (ValueError, TypeError, OverflowError):
        return None


def witness_of(response: Response) -> str:
    """Return whose clock an answer shows: a CDN's by its name, else that of an IP address."""
    signs = b" ".join(response.headers.get(name) or b"" for name in _CDN_HEADERS)
    if named := _CDN.search(signs.decode("latin-1")):
        return named[0].lower()
    return str(response.ip_address or server_of(response.url))


class ServerClocks:
    """Extension: compares the clocks, and ends a run whose times would be false."""

    def __init__(self, crawler: Crawler) -> None:
        if crawler.settings["REPLAY"]:
            raise NotConfigured
        assert crawler.stats is not None
        self.crawler = crawler
        self.stats = crawler.stats
        self._is_ending = crawler.settings.getbool("CHECK_CLOCK")
        self._measured: dict[str, ServerClock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signal of responses; raise NotConfigured for a replay."""
        extension = cls(crawler)
        crawler.signals.connect(extension.response_downloaded, signals.response_downloaded)
        return extension

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Compare the clocks; several answers of a server count as the one that came fastest."""
        now, served = utc_now(), served_at(response.headers)
        if served is None or self._is_archive:
            return
        server = server_of(request.url)
        clock = ServerClock(server, witness_of(response), now - served, now)
        known = self._measured.get(server)
        if known is None or _replaces(clock, known):
            self._remember(clock)
            known = clock
        if abs(known.ahead) > CLOCK_TOLERANCE:
            self._judge(known, now)
        elif self.stats.get_value(Counter.CLOCK_DIFFERS):
            self.stats.set_value(Counter.CLOCK_DIFFERS, "")

    @property
    def _is_archive(self) -> bool:
        """Return True if a public archive is read: its answers are of other times."""
        return bool(getattr(getattr(self.crawler.spider, "arguments", None), "via", None))

    def _remember(self, clock: ServerClock) -> None:
        self._measured[clock.server] = clock
        if clocks := server_records(self.crawler).clocks:
            with suppress(sqlite3.Error):  # the next write to the database reports it
                clocks.save(clock)

    def _judge(self, clock: ServerClock, now: datetime) -> None:
        """End the run if other servers agree; one server alone is a remark."""
        self.stats.set_value(Counter.CLOCK_DIFFERS, difference(clock.ahead))
        fault = self._fault(now)
        if fault is None or clock.server not in fault.servers:
            return
        if self.stats.get_value(Counter.CLOCK_FAULT):
            return
        self.stats.set_value(Counter.CLOCK_FAULT, str(fault))
        logger.error("%s", fault)
        if self._is_ending:
            close_spider(self.crawler, WRONG_CLOCK)

    def _fault(self, now: datetime) -> ClockFault | None:
        stored: list[ServerClock] = []
        if clocks := server_records(self.crawler).clocks:
            with suppress(sqlite3.Error):
                stored = clocks.all()
        known = {one.server: one for one in stored} | self._measured
        return clock_fault(known.values(), now)


def _replaces(clock: ServerClock, known: ServerClock) -> bool:
    """Return True if a comparison is better than the last one, or that one is old."""
    is_old = not timedelta() <= clock.measured_at - known.measured_at <= _REPEATED
    return is_old or clock.ahead < known.ahead - timedelta(minutes=1)
