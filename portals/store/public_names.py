"""The table ``public_names``: host names that a crawl has found at a public address."""

from __future__ import annotations

from datetime import datetime

from portals.store.database import Store
from portals.timestamps import utc


class PublicNameRepository:
    """The table ``public_names``. Every method raises sqlite3.Error."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def all(self) -> set[str]:
        """Return the names, in lower case and without ``www.``."""
        rows = self.store.db.conn.execute("SELECT name FROM public_names")
        return {str(row[0]) for row in rows.fetchall()}

    def add(self, name: str, now: datetime) -> None:
        """Store a name, if it is new."""
        with self.store.writing():
            self.store.db.conn.execute(
                "INSERT OR IGNORE INTO public_names (name, first_seen_at) VALUES (?, ?)",
                (name, utc(now)),
            )
