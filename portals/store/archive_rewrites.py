"""The table ``archive_rewrites``: archives that are being replaced by smaller ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from portals.store.pages import PageRepository

RewriteState = Literal["copying", "replaced"]
"""``copying``: the pages are still in the old file; ``replaced``: they are in the new one."""


@dataclass(frozen=True, slots=True)
class ArchiveRewrite:
    """The replacement of the archive ``path`` by ``replacement``, both absolute."""

    path: Path
    replacement: Path
    state: RewriteState

    @property
    def obsolete(self) -> Path:
        """The file of the two that no page is in."""
        return self.path if self.state == "replaced" else self.replacement


class ArchiveRewrites:
    """The rewrites that are in progress, or that a kill interrupted."""

    def __init__(self, pages: PageRepository) -> None:
        self.pages = pages
        self.db = pages.db

    def begin(self, path: Path, replacement: Path) -> None:
        """Record that ``path`` is being copied. Raises sqlite3.Error."""
        with self.pages.store.writing():
            self.db.execute(
                "INSERT INTO archive_rewrites (path, replacement, state) VALUES (?, ?, 'copying')",
                [self.pages.relative(path), self.pages.relative(replacement)],
            )

    def on_replaced(self, path: Path) -> None:
        """Record that ``path`` is replaced, inside the transaction that moves its pages."""
        self.db.execute(
            "UPDATE archive_rewrites SET state = 'replaced' WHERE path = ?",
            [self.pages.relative(path)],
        )

    def end(self, path: Path) -> None:
        """Forget the rewrite of ``path``: its obsolete file is deleted. Raises sqlite3.Error."""
        with self.pages.store.writing():
            self.db.execute(
                "DELETE FROM archive_rewrites WHERE path = ?", [self.pages.relative(path)]
            )

    def unfinished(self) -> list[ArchiveRewrite]:
        """Return the rewrites that have begun and not ended. Raises sqlite3.Error."""
        rows = self.db.execute("SELECT path, replacement, state FROM archive_rewrites").fetchall()
        absolute = self.pages.absolute
        return [ArchiveRewrite(absolute(old), absolute(new), state) for old, new, state in rows]
