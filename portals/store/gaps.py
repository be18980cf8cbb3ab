"""Publication gaps: periods with fewer stored articles than the portal's usual rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from portals.store.database import Store

_WEEK = timedelta(days=7)
_AROUND = 8  # weeks before and after a week from which its expected number is computed
_LEAST = 3  # articles per week: with a lower rate, a week without articles is normal
_SHARE = 0.3  # of the expected articles; a week with fewer is part of a gap


@dataclass(frozen=True, slots=True)
class Gap:
    """First and last day (included) of a gap, with the stored and the expected articles."""

    portal: str
    since: str
    until: str
    articles: int
    expected: int


def find_gaps(portal: str, days: Mapping[date, int]) -> list[Gap]:
    """Return the gaps in the number of articles by day of publication, the oldest first.

    A week is compared with the busier half of the weeks around it, so that the early weeks of a
    growing portal are no gap; the first and the last week are never part of one. A quiet Tết may
    be: crawling it again costs only listing pages.
    """
    if not days:
        return []
    first = min(days) - timedelta(days=min(days).weekday())
    weeks: Counter[int] = Counter()
    for day, count in days.items():
        weeks[(day - first).days // 7] += count
    last = max(weeks)
    gaps: list[Gap] = []
    for week in range(1, last):
        around = [
            weeks[other]
            for other in range(max(0, week - _AROUND), min(last, week + _AROUND) + 1)
            if other != week
        ]
        # Half of the weeks around may be in the same gap; the busier half has the usual rate.
        usual = median(sorted(around)[len(around) // 2 :])
        if usual < _LEAST or weeks[week] > _SHARE * usual:
            continue
        _extend(gaps, portal, first + week * _WEEK, weeks[week], round(usual))
    return gaps


def _extend(gaps: list[Gap], portal: str, monday: date, articles: int, expected: int) -> None:
    """Add a week to the gap that ends where it begins, or begin a new one."""
    until = (monday + timedelta(days=6)).isoformat()
    if gaps and date.fromisoformat(gaps[-1].until) + timedelta(days=1) == monday:
        before = gaps.pop()
        gaps.append(
            Gap(
                portal,
                before.since,
                until,
                before.articles + articles,
                before.expected + expected,
            )
        )
    else:
        gaps.append(Gap(portal, monday.isoformat(), until, articles, expected))


def gaps_of(store: Store, portal: str) -> list[Gap]:
    """Return the gaps of a portal's stored articles."""
    rows = store.db.query(
        "SELECT substr(published_at, 1, 10) AS day, count(*) AS n FROM sightings"
        " WHERE portal = ? AND published_at IS NOT NULL GROUP BY 1",
        [portal],
    )
    return find_gaps(portal, {date.fromisoformat(r["day"]): r["n"] for r in rows})
