"""Pruning archives: records of pages that are no longer needed are removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from portals.archive.records import is_compressed_whole
from portals.archive.rewriting import rewrite_without
from portals.store.pages import PageRepository, StoredPage
from portals.timestamps import utc


@dataclass(frozen=True, slots=True)
class Pruned:
    """One pruned archive: the number of pages dropped, and its size before and after (bytes)."""

    path: Path
    dropped: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PrunePolicy:
    """Which pages are dropped: those fetched before ``before`` (aware).

    ``keep_articles``: keep the pages of every revision. ``drop_current``: drop even the pages of
    current revisions, which are otherwise always kept. ``portal``: drop pages of this portal only;
    a file may hold pages of several.
    """

    before: datetime
    keep_articles: bool = False
    drop_current: bool = False
    portal: str | None = None


@dataclass(slots=True)
class Pruning:
    """Applies ``policy`` to the archives in ``folder``, file by file.

    Whenever the process ends, every page of the database is in a complete file (``rewriting.py``).
    ``is_trial``: compute the sizes, write nothing.
    """

    pages: PageRepository
    policy: PrunePolicy
    folder: Path
    is_trial: bool = False
    _dropped: set[int] = field(default_factory=set)

    def archives(self) -> list[Path]:
        """Return the archives to prune. Revisits precede the payloads that they repeat."""
        portal = self.policy.portal
        known = self.pages.archives_of(portal) if portal else self.pages.archives()
        inside = self.folder.resolve()  # archives outside the folder belong to the operator
        return [
            path
            for path in reversed(known)
            if path.is_file() and path.resolve().is_relative_to(inside)
            if not is_compressed_whole(path)  # no record of it can be copied
        ]

    def prune(self, path: Path) -> Pruned | None:
        """Prune one archive; None if it holds no unneeded page. Raises OSError, sqlite3.Error.

        The caller holds the locks of the portals whose pages are in the file.
        """
        unneeded = self._unneeded(path)
        if not unneeded:
            return None
        before = path.stat().st_size
        if self.is_trial:
            after = before - sum(known.page.length for known in unneeded)
        else:
            after = self._rewrite(path, unneeded)
        self._dropped |= {known.id for known in unneeded}
        return Pruned(path, len(unneeded), before, after)

    def _unneeded(self, path: Path) -> list[StoredPage]:
        """Return the pages to drop: a payload stays as long as a page that stays repeats it."""
        old = [known for known in self.pages.in_archive(path) if self._is_unprotected(known)]
        gone = self._dropped | {known.id for known in old}
        return [known for known in old if gone.issuperset(self.pages.repeats_of(known.id))]

    def _is_unprotected(self, known: StoredPage) -> bool:
        policy, page = self.policy, known.page
        if page.fetched_at >= utc(policy.before) or page.via:
            return False  # pages of a public archive are older than their download
        if policy.portal not in (None, known.portal):
            return False
        if policy.keep_articles:
            return not self.pages.is_cited(known.id)
        return policy.drop_current or not self.pages.is_shown(known.id)

    def _rewrite(self, path: Path, unneeded: list[StoredPage]) -> int:
        """Rewrite ``path`` without the records of ``unneeded``; return the new size."""
        offsets = {known.page.offset for known in unneeded}
        ids = [known.id for known in unneeded]
        return rewrite_without(self.pages, path, offsets, lambda: self.pages.drop(ids))
