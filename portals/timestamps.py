"""Times as they are stored, and durations as an operator writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from portals.errors import PortalError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([0-9]{1,4})([smhdw])")


RELEASED = datetime(2025, 7, 1, tzinfo=UTC)
"""Day of the provinces that the catalogue has: no release is earlier, and no true clock."""


CLOCK_TOLERANCE = timedelta(days=1)
"""How far clocks may differ: time zones, and machines that are set by hand."""


class ScheduleError(PortalError):
    """A time or a duration that cannot be used."""


def utc_now() -> datetime:
    """Return the present time (aware, UTC): the one place that asks the machine's clock."""
    return datetime.now(UTC)


def utc(moment: datetime) -> str:
    """Return ``moment`` (aware) as stored: UTC, ISO 8601, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def parse_duration(text: str) -> timedelta:
    """Return the duration of a text like ``30m``, ``12h``, ``2d``, ``1w``. Raises ScheduleError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ScheduleError(f"{text!r} is no duration; give one such as 30m, 12h, 2d or 1w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
