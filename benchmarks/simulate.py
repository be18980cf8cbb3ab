"""A year of a cluster in simulated time: nights of many portals, on nodes that die.

``python -m benchmarks.simulate [--portals N] [--nodes N] [--jobs N] [--pages N] [--deaths N] …``.
Nothing is crawled. Each night a job for every portal is queued; a worker takes the next one, starts
a process and requests its pages one by one. Nodes die at random times: their jobs are given out
again when their heartbeats are missed, and go on behind the pages that are stored; the page in
flight is requested again. A dead collector lets results wait; beyond ``OUTBOX`` of them, or six
hours, nodes begin no job. Portals are slow and fast, large and small: pages and seconds vary as
widely as a lognormal of the given spread.

Times are measured ones (docs/scale.md): see ``Plan``. Printed are the hours of the nights, nights
that were not done when the next began, pages requested twice, and the longest outbox. The same
``--seed`` gives the same year.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
from collections import deque
from dataclasses import dataclass, field, fields
from itertools import count
from statistics import median, quantiles
from typing import Literal

NIGHT = 86_400.0
"""Seconds between two nights."""

OUTBOX = 20_000
"""Results in the outbox at which nodes begin no further job (``cluster/outbox.py``)."""

OUTBOX_SECONDS = 6 * 3_600.0
"""Age of the oldest result at which they do not either."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated. Seconds are those of one request at a time at a server.

    ``pages``: requests of a portal in a usual night, the mean; ``request``: seconds from one
    request to the next (delay and answer); ``start``: seconds of a process until its first page;
    ``jobs``: portals at once on a node; ``deaths``: of each node in a year; ``repair``: hours until
    it is back; ``noticed``: seconds until a dead node's jobs are given out again; ``collected``:
    results that the collector applies in a second; ``collector_deaths`` in a year, each of
    ``collector_repair`` hours.
    """

    portals: int = 700
    nodes: int = 3
    jobs: int = 16
    days: int = 365
    pages: float = 25
    spread: float = 1.0
    request: float = 1.5
    start: float = 1.2
    deaths: float = 12
    repair: float = 8
    noticed: float = 35
    collected: float = 1_000
    collector_deaths: float = 6
    collector_repair: float = 4
    seed: int = 1


@dataclass(slots=True)
class Year:
    """What happened. ``hours``: of each night until its last portal was done."""

    hours: list[float] = field(default_factory=list)
    late: int = 0
    """Nights that were not done when the next began; what was left is done with that."""
    pages: int = 0
    repeated: int = 0
    interrupted: int = 0
    longest_outbox: float = 0
    paused_seconds: float = 0
    """Time in which nodes began no job, since too many results waited."""


@dataclass(slots=True)
class _Job:
    """One portal in one of the nights: pages that are left, and the seconds that each takes."""

    night: int
    pages: int
    request: float
    node: int = -1
    begun_at: float = 0
    attempt: int = 0


Kind = Literal["night", "done", "death", "back", "noticed", "collector", "collecting", "look"]


class Simulation:
    """A year, event by event."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.year = Year()
        # Two of them, so that plans with other deaths have the same pages to request.
        self._sizes = random.Random(plan.seed)  # noqa: S311 - no secret
        self._deaths = random.Random(plan.seed)  # noqa: S311
        self._events: list[tuple[float, int, Kind, int]] = []
        self._order = count()
        self._jobs: dict[int, _Job] = {}
        self._queue: deque[int] = deque()
        self._running: list[set[int]] = [set() for _ in range(plan.nodes)]
        self._lost: dict[int, list[int]] = {}
        self._is_up = [True] * plan.nodes
        self._left: dict[int, int] = {}
        self._is_collecting = True
        self._outbox, self._outbox_at, self._outbox_since = 0.0, 0.0, 0.0
        self._paused_since: float | None = None

    def run(self) -> Year:
        """Return the year."""
        plan = self.plan
        for night in range(plan.days):
            self._at(night * NIGHT, "night", night)
        for node in range(plan.nodes):
            self._at(self._after(plan.deaths), "death", node)
        self._at(self._after(plan.collector_deaths), "collector", 0)
        end = plan.days * NIGHT
        while self._events and (self._events[0][0] < end or self._left):
            now, _, kind, number = heapq.heappop(self._events)
            getattr(self, f"_on_{kind}")(now, number)
            self._fill(now)
        return self.year

    # --- events --------------------------------------------------------------------------------

    def _on_night(self, now: float, night: int) -> None:
        plan = self.plan
        self.year.late += bool(self._left)
        for _ in range(plan.portals):
            number = len(self._jobs)
            pages = max(1, round(self._varied(plan.pages)))
            self._jobs[number] = _Job(night, pages, self._varied(plan.request, 0.5))
            self._queue.append(number)
        self._left[night] = plan.portals
        self._count_outbox(now)

    def _on_done(self, now: float, number: int) -> None:
        job = self._jobs[number >> 8]
        if job.attempt != number & 0xFF or job.node < 0:
            return  # its node has died
        self._running[job.node].discard(number >> 8)
        self._sent(now, job.pages)
        job.pages, job.node = 0, -1
        self._left[job.night] -= 1
        if not self._left[job.night]:
            del self._left[job.night]
            self.year.hours.append((now - job.night * NIGHT) / 3_600)

    def _on_death(self, now: float, node: int) -> None:
        plan = self.plan
        self._is_up[node] = False
        lost = list(self._running[node])
        self._running[node].clear()
        for number in lost:
            job = self._jobs[number]
            done = int(max(0.0, now - job.begun_at - plan.start) / job.request)
            done = min(done, job.pages - 1)
            self._sent(now, done)
            job.pages -= done
            job.node = -1
            self.year.repeated += 1
        self.year.interrupted += len(lost)
        self._lost[node] = lost
        self._at(now + plan.noticed, "noticed", node)
        self._at(now + plan.repair * 3_600, "back", node)

    def _on_noticed(self, _now: float, node: int) -> None:
        self._queue.extendleft(reversed(self._lost.pop(node, [])))

    def _on_back(self, now: float, node: int) -> None:
        self._is_up[node] = True
        self._at(now + self._after(self.plan.deaths), "death", node)

    def _on_collector(self, now: float, _: int) -> None:
        self._count_outbox(now)
        self._is_collecting = False
        self._at(now + self.plan.collector_repair * 3_600, "collecting", 0)

    def _on_collecting(self, now: float, _: int) -> None:
        self._count_outbox(now)
        self._is_collecting = True
        self._at(now + self._after(self.plan.collector_deaths), "collector", 0)
        self._at(now + self._outbox / self.plan.collected + 1, "look", 0)

    def _on_look(self, now: float, _: int) -> None:
        self._count_outbox(now)

    # --- nodes ---------------------------------------------------------------------------------

    def _fill(self, now: float) -> None:
        """Give every free place on a node the next job, unless too many results wait."""
        if self._is_paused(now):
            return
        for node in range(self.plan.nodes):
            while self._queue and self._is_up[node] and len(self._running[node]) < self.plan.jobs:
                self._begin(now, self._queue.popleft(), node)

    def _begin(self, now: float, number: int, node: int) -> None:
        job = self._jobs[number]
        job.node, job.begun_at, job.attempt = node, now, job.attempt + 1
        self._running[node].add(number)
        took = self.plan.start + job.pages * job.request
        self._at(now + took, "done", number << 8 | job.attempt)

    def _is_paused(self, now: float) -> bool:
        self._count_outbox(now)
        is_old = self._outbox > 0 and now - self._outbox_since >= OUTBOX_SECONDS
        is_paused = self._outbox >= OUTBOX or is_old
        if is_paused and self._paused_since is None:
            self._paused_since = now
        if not is_paused and self._paused_since is not None:
            self.year.paused_seconds += now - self._paused_since
            self._paused_since = None
        return is_paused

    # --- the outbox ----------------------------------------------------------------------------

    def _sent(self, now: float, pages: int) -> None:
        self._count_outbox(now)
        if not self._outbox:
            self._outbox_since = now
        self._outbox += pages
        self.year.pages += pages
        self.year.longest_outbox = max(self.year.longest_outbox, self._outbox)

    def _count_outbox(self, now: float) -> None:
        if self._is_collecting:
            applied = (now - self._outbox_at) * self.plan.collected
            self._outbox = max(0.0, self._outbox - applied)
        self._outbox_at = now

    # --- chance --------------------------------------------------------------------------------

    def _varied(self, mean: float, spread: float | None = None) -> float:
        sigma = self.plan.spread if spread is None else spread
        return self._sizes.lognormvariate(math.log(mean) - sigma * sigma / 2, sigma)

    def _after(self, times_a_year: float) -> float:
        return self._deaths.expovariate(times_a_year / 365) * NIGHT if times_a_year else math.inf

    def _at(self, moment: float, kind: Kind, number: int) -> None:
        if moment < math.inf:
            heapq.heappush(self._events, (moment, next(self._order), kind, number))


def simulate(plan: Plan) -> Year:
    """Return the year of a plan."""
    return Simulation(plan).run()


def report(plan: Plan, year: Year) -> list[str]:
    """Return what is printed: a line a figure."""
    p95 = quantiles(year.hours, n=20)[-1] if len(year.hours) > 1 else math.nan
    return [
        f"nights done\t{len(year.hours)} of {plan.days}",
        f"hours of the nights\tmedian {median(year.hours):.1f}, 95 of 100 {p95:.1f},"
        f" longest {max(year.hours):.1f}",
        f"not done when the next began\t{year.late}",
        f"pages\t{year.pages:,}, requested twice {year.repeated:,}",
        f"portals interrupted\t{year.interrupted:,}",
        f"longest outbox\t{year.longest_outbox:,.0f} results",
        f"nodes paused for the collector\t{year.paused_seconds / 3_600:.1f} h",
    ]


def main() -> None:
    """Simulate what the options say."""
    parser = argparse.ArgumentParser(description="A year of a cluster in simulated time.")
    for one in fields(Plan):
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=type(one.default),
                            default=one.default)  # fmt: skip
    plan = Plan(**vars(parser.parse_args()))
    print("\n".join(report(plan, simulate(plan))))


if __name__ == "__main__":
    main()
