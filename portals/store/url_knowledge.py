"""The tables ``url_patterns``, ``learned_themes`` and ``skipped_urls``.

They contain what runs learned about a portal's URLs and pages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from portals.discovery.url_filters import SkippedUrls
from portals.store.sqlite import Database
from portals.store.transactions import writing
from portals.timestamps import utc


@dataclass(frozen=True, slots=True)
class StoredUrlPattern:
    """A row of ``url_patterns``: the classification and counts of one URL pattern of a portal."""

    pattern: str
    kind: Literal["article", "listing", "other"]
    pages_read: int
    articles: int
    listings: int
    example: str


class UrlKnowledge:
    """Reads and writes these tables, for any portal."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def url_patterns(self, portal: str) -> list[StoredUrlPattern]:
        """Return the URL patterns of ``portal`` that earlier runs learned."""
        rows = self.db.query(
            "SELECT pattern, kind, pages_read, articles, listings, example FROM url_patterns"
            " WHERE portal = ? ORDER BY kind, articles DESC, pattern",
            [portal],
        )
        return [StoredUrlPattern(**row) for row in rows]

    def save_url_patterns(
        self, portal: str, patterns: Sequence[StoredUrlPattern], run_id: int, now: datetime
    ) -> None:
        """Store the URL patterns that a run learned; equal rows are not rewritten."""
        known = {pattern.pattern: pattern for pattern in self.url_patterns(portal)}
        fresh = [pattern for pattern in patterns if known.get(pattern.pattern) != pattern]
        with writing(self.db.conn):
            self.db.table("url_patterns").upsert_all(
                [
                    {"portal": portal, **asdict(one), "learned_at": utc(now), "run_id": run_id}
                    for one in fresh
                ],
                pk=("portal", "pattern"),
            )

    def learned_theme(self, portal: str) -> str | None:
        """Return the JSON of the theme learned from pages of ``portal``, or None."""
        rows = self.db.query("SELECT theme FROM learned_themes WHERE portal = ?", [portal])
        return next((str(row["theme"]) for row in rows), None)

    def save_learned_theme(
        self, portal: str, theme: str | None, trained_on: Sequence[str], run_id: int, now: datetime
    ) -> None:
        """Store the theme learned from the URLs ``trained_on``; ``None`` deletes it."""
        if theme == self.learned_theme(portal):
            return
        with writing(self.db.conn):
            self.db.execute("DELETE FROM learned_themes WHERE portal = ?", [portal])
            if theme is None:
                return
            self.db.table("learned_themes").insert(
                {
                    "portal": portal,
                    "theme": theme,
                    "trained_on": json.dumps(list(trained_on)),
                    "learned_at": utc(now),
                    "run_id": run_id,
                }
            )

    def skipped_urls(self, portal: str) -> list[SkippedUrls]:
        """Return the counts of the URLs skipped by each filter in the portal's last run."""
        rows = self.db.query(
            "SELECT rule, urls, example FROM skipped_urls WHERE portal = ? ORDER BY rule",
            [portal],
        )
        return [SkippedUrls(**row) for row in rows]

    def save_skipped_urls(
        self, portal: str, found: Sequence[SkippedUrls], run_id: int, now: datetime
    ) -> None:
        """Store the counts of the URLs skipped by each filter, replacing those of earlier runs."""
        with writing(self.db.conn):
            self.db.execute("DELETE FROM skipped_urls WHERE portal = ?", [portal])
            self.db.table("skipped_urls").insert_all(
                {"portal": portal, **asdict(one), "recorded_at": utc(now), "run_id": run_id}
                for one in found
            )
