"""Validity periods of recipes: archived pages are read by the recipe of their time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

_VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Validity:
    """Days of capture (+07:00), first and last included; None: no limit on that side."""

    since: date | None = None
    until: date | None = None

    def covers(self, moment: datetime) -> bool:
        """Return True if ``moment`` (aware), when a page was served, is within these days."""
        day = moment.astimezone(_VIETNAM).date()
        return not ((self.since and day < self.since) or (self.until and day > self.until))


ALWAYS = Validity()
