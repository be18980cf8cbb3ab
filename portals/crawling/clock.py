"""The clock of the machine, which is asked before a time is stored.

Times order the texts of an article: what a clock that is behind dates is taken for an older text.
"""

from __future__ import annotations

from datetime import datetime

from portals.errors import StorageError
from portals.store.database import Store
from portals.timestamps import CLOCK_TOLERANCE, RELEASED, utc, utc_now


class ClockError(StorageError):
    """A clock that is behind: the times that it gives cannot be true."""


def check_clock(store: Store, now: datetime | None = None) -> None:
    """Raise ClockError if ``now`` is a day before the newest run or before any release."""
    now = now or utc_now()
    if now < RELEASED - CLOCK_TOLERANCE:
        raise ClockError(
            f"this machine's clock says {utc(now)}, and this release is later than"
            f" {RELEASED:%Y-%m-%d}; set the clock"
        )
    newest = store.runs.newest_start()
    if newest and now < datetime.fromisoformat(newest) - CLOCK_TOLERANCE:
        raise ClockError(
            f"this machine's clock says {utc(now)}, and the newest run began at {newest}; set the"
            " clock, or if it was wrong then, run once with -s CHECK_CLOCK=0"
        )
