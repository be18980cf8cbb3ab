"""The table ``reextraction_progress``: where an interrupted re-extraction resumes."""

from __future__ import annotations

from pathlib import Path

from portals.store.sqlite import Database
from portals.store.transactions import writing


class ReextractionProgress:
    """The parts of archives that a re-extraction with one set of arguments has committed.

    ``request``: arguments, recipes and reader version, as a text; other progress is not used.
    """

    def __init__(self, db: Database, request: str) -> None:
        self.db = db
        self.request = request

    def discard_others(self) -> None:
        """Delete the progress of other requests."""
        with writing(self.db.conn):
            self.db.execute("DELETE FROM reextraction_progress WHERE request != ?", [self.request])

    def committed(self) -> dict[tuple[str, int, int], int]:
        """Return damaged records by path, start and end (bytes) of each committed part."""
        rows = self.db.execute(
            "SELECT path, start_offset, end_offset, damaged_records FROM reextraction_progress"
        )
        return {(path, start, end): damaged for path, start, end, damaged in rows.fetchall()}

    def record(self, path: Path, start: int, end: int, damaged: int) -> None:
        """Record a part that was read up to ``end``, in the transaction that stores its pages."""
        self.db.execute(
            "INSERT OR REPLACE INTO reextraction_progress"
            " (path, start_offset, end_offset, request, damaged_records) VALUES (?, ?, ?, ?, ?)",
            [str(path.resolve()), start, end, self.request, damaged],
        )

    def clear(self) -> None:
        """Delete all progress, at the end of the re-extraction."""
        with writing(self.db.conn):
            self.db.execute("DELETE FROM reextraction_progress")
