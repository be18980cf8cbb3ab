"""The table ``holds``: until when servers, or single pages of them, asked not to be requested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portals.store.database import Store
from portals.store.future_times import true_until
from portals.timestamps import utc


@dataclass(frozen=True, slots=True)
class Hold:
    """A server, or one page of it (``url``), that is not requested before ``until``.

    ``portal``: the portal whose crawl was asked to wait; ``url``: empty for the whole server.
    """

    server: str
    url: str
    portal: str
    until: datetime


class HoldRepository:
    """The table ``holds``. Every method raises sqlite3.Error."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def save(self, hold: Hold, now: datetime) -> None:
        """Store a hold; a later one of the same server or page replaces it."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT OR REPLACE INTO holds (server, url, portal, until, recorded_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (hold.server, hold.url, hold.portal, utc(hold.until), utc(now)),
            )

    def active(self, now: datetime) -> list[Hold]:
        """Return the holds that are not over at ``now``; none that a clock ahead has dated."""
        rows = self.store.db.conn.execute(
            "SELECT server, url, portal, until FROM holds WHERE until > ? AND recorded_at <= ?"
            " ORDER BY server, url",
            (utc(now), true_until(utc(now))),
        )
        return [
            Hold(server, url, portal, datetime.fromisoformat(until))
            for server, url, portal, until in rows.fetchall()
        ]

    def lift(self, server: str) -> None:
        """Delete the holds of a server and of its pages."""
        with self.store.writing():
            self.store.db.conn.execute("DELETE FROM holds WHERE server = ?", (server,))
