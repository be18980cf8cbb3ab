"""The table ``server_clocks``: how far this machine's clock is from those of the servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portals.store.database import Store
from portals.timestamps import utc


@dataclass(frozen=True, slots=True)
class ServerClock:
    """The last comparison with the clock of a server.

    ``witness``: the machine whose clock it is, which may answer for several servers; ``ahead``: by
    how much our clock is ahead of it, negative if it is behind; ``measured_at``: by our clock.
    """

    server: str
    witness: str
    ahead: timedelta
    measured_at: datetime


class ServerClockRepository:
    """The table ``server_clocks``. Every method raises sqlite3.Error."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def all(self) -> list[ServerClock]:
        """Return the last comparison with every server."""
        rows = self.store.db.conn.execute(
            "SELECT server, witness, seconds_ahead, measured_at FROM server_clocks ORDER BY server"
        )
        return [
            ServerClock(server, witness, timedelta(seconds=ahead), datetime.fromisoformat(at))
            for server, witness, ahead, at in rows.fetchall()
        ]

    def save(self, clock: ServerClock) -> None:
        """Store a comparison in the place of the last one with that server."""
        values = (
            clock.server,
            clock.witness,
            round(clock.ahead.total_seconds()),
            utc(clock.measured_at),
        )
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT OR REPLACE INTO server_clocks"
                " (server, witness, seconds_ahead, measured_at) VALUES (?, ?, ?, ?)",
                values,
            )
