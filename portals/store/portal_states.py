"""The table ``portal_states``: the state of each portal at the last ``crawlall``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from portals.store.database import Store
from portals.timestamps import CLOCK_TOLERANCE, utc, utc_now

_A_WEEK = timedelta(days=7)

MACHINE = "*"
"""In the place of a portal: network and clock of this machine."""


@dataclass(frozen=True, slots=True)
class PortalState:
    """The state of one portal.

    ``state``: the verdict of the last night, ``gone`` also where it did not answer in time.
    ``since``: first night of that state; ``nights``: how many in a row; ``seen_at``: the last one.
    ``alerted``, ``alerted_at``: the state of the last alert on it, and when that was taken.
    """

    portal: str
    state: str
    since: datetime
    nights: int
    seen_at: datetime
    alerted: str
    alerted_at: datetime | None = None


class PortalStateRepository:
    """The table ``portal_states``. Every method raises sqlite3.Error."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def all(self) -> dict[str, PortalState]:
        """Return the states by portal.

        A night that a clock ahead has dated counts as one of a week ago, so that what waits for a
        time after it does not wait for years.
        """
        rows = self.store.db.conn.execute(
            "SELECT portal, state, since, nights, seen_at, alerted, alerted_at FROM portal_states"
        ).fetchall()
        return {str(row[0]): _corrected(_state(row), utc_now()) for row in rows}

    def save(self, states: Iterable[PortalState]) -> None:
        """Store states; those of the same portals are replaced."""
        values = [
            (
                one.portal,
                one.state,
                utc(one.since),
                one.nights,
                utc(one.seen_at),
                one.alerted,
                one.alerted_at and utc(one.alerted_at),
            )
            for one in states
        ]
        with self.store.writing():
            self.store.db.conn.executemany(
                "INSERT OR REPLACE INTO portal_states"
                " (portal, state, since, nights, seen_at, alerted, alerted_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )


def _state(row: tuple[Any, ...]) -> PortalState:
    portal, state, since, nights, seen_at, alerted, alerted_at = row
    moment = datetime.fromisoformat
    at = moment(alerted_at) if alerted_at else None
    return PortalState(portal, state, moment(since), nights, moment(seen_at), alerted, at)


def _corrected(state: PortalState, now: datetime) -> PortalState:
    latest = now + CLOCK_TOLERANCE
    alerted_at = state.alerted_at
    return replace(
        state,
        since=min(state.since, now),
        seen_at=state.seen_at if state.seen_at <= latest else now - _A_WEEK,
        alerted_at=alerted_at if alerted_at and alerted_at <= latest else None,
    )
