"""When a portal's pages looked as they are described: old captures are read as they were meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

_VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Validity:
    """Days of capture (+07:00), first and last included; None where there is no such end."""

    since: date | None = None
    until: date | None = None

    def covers(self, moment: datetime) -> bool:
        """Return True if a page that was served at ``moment`` (aware) is of these days."""
        day = moment.astimezone(_VIETNAM).date()
        return not ((self.since and day < self.since) or (self.until and day > self.until))


ALWAYS = Validity()
