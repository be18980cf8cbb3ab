"""The table ``robots``: the last good robots.txt of each host, and since when it has failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portals.store.database import Store
from portals.timestamps import utc


@dataclass(frozen=True, slots=True)
class StoredRobots:
    """What is known of a host's robots.txt.

    ``body``: its last good copy (empty where the host said that it has none), received at
    ``fetched_at``; both None where there never was one. ``failing_since``: when the first of the
    failures happened that no good answer has ended; None where the last answer was good.
    """

    body: bytes | None = None
    fetched_at: str | None = None
    failing_since: str | None = None


class RobotsRepository:
    """The table ``robots``. Every method raises sqlite3.Error."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def get(self, host: str) -> StoredRobots:
        """Return what is known of ``host`` (host name, and port if the URL has one)."""
        row = self.store.db.conn.execute(
            "SELECT body, fetched_at, failing_since FROM robots WHERE host = ?", (host,)
        ).fetchone()
        return StoredRobots(*row) if row else StoredRobots()

    def save_copy(self, host: str, body: bytes, now: datetime) -> None:
        """Store a good answer, which ends a series of failures."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT INTO robots (host, body, fetched_at) VALUES (?, ?, ?)"
                " ON CONFLICT (host) DO UPDATE SET body = excluded.body,"
                " fetched_at = excluded.fetched_at, failing_since = NULL",
                (host, body, utc(now)),
            )

    def record_failure(self, host: str, now: datetime) -> None:
        """Record a failure; the first one of a series dates it."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT INTO robots (host, failing_since) VALUES (?, ?)"
                " ON CONFLICT (host) DO UPDATE SET"
                " failing_since = coalesce(failing_since, excluded.failing_since)",
                (host, utc(now)),
            )
