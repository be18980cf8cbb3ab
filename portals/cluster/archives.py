"""The WARC files of a collector: one a run, cut at its start to what the database knows of."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

from portals.archive.appending import WarcAppender, new_writer
from portals.archive.writer import RollingWriter
from portals.errors import StorageError
from portals.files import replacing, sync_folder
from portals.store.collected import Collected
from portals.store.database import Store
from portals.store.pages import PageRepository

Run = tuple[str, int]
"""A portal, and the id of one of its runs."""


class CollectedArchives:
    """The files that are being written.

    ``journal``: the file that names each of them before it is made, so that after a kill nothing
    is left that no row knows. ``largest``: bytes after which a file is followed by a new one.
    """

    def __init__(
        self, store: Store, collected: Collected, folder: Path, largest: int, journal: Path
    ) -> None:
        self._store = store
        self._collected = collected
        self._folder = folder
        self._largest = largest
        self._journal = journal
        self._appenders: dict[Run, WarcAppender] = {}
        self._files: dict[Run, list[Path]] = {}
        self._touched: set[Run] = set()

    def cut(self) -> None:
        """Remove what a killed collector wrote and did not commit. Raises StorageError, OSError."""
        for name in dict.fromkeys(self._named()):
            self._cut(Path(name))
        self._end_journal()
        with self._store.writing():
            self._collected.close_archives()

    def _named(self) -> list[str]:
        return self._journal.read_text("utf-8").splitlines() if self._journal.exists() else []

    def _end_journal(self) -> None:
        """Remove the journal: before the sizes, since a file without one would be removed."""
        self._journal.unlink(missing_ok=True)
        sync_folder(self._journal.parent)

    def _cut(self, path: Path) -> None:
        known = self._collected.size(path)
        if not path.exists():
            if known is not None:
                raise StorageError(f"the archive {path} is missing; restore it, then collect again")
            return
        if known is None:
            if not self._collected.has_pages(path):
                path.unlink()
                sync_folder(path.parent)
            return
        with path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            if size < known:
                raise StorageError(
                    f"the archive {path} has {size} of {known} bytes that rows refer to;"
                    " restore it, then collect again"
                )
            file.truncate(known)
            os.fsync(file.fileno())

    def of(self, run: Run, about: dict[str, str]) -> WarcAppender:
        """Return where the responses of a run are archived. ``about``: see ``ArchiveWriter``."""
        self._touched.add(run)
        if run not in self._appenders:
            make = partial(self._new_writer, run, about)
            self._appenders[run] = WarcAppender(PageRepository(self._store), make)
        return self._appenders[run]

    def _new_writer(self, run: Run, about: dict[str, str], now: datetime) -> RollingWriter:
        on_new = partial(self._on_new, run)
        return new_writer(self._folder, about, run[1], now, self._largest, on_new)

    def _on_new(self, run: Run, path: Path) -> None:
        """Name a file in the journal before it is made."""
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(f"{path.resolve()}\n")
            journal.flush()
            os.fsync(journal.fileno())
        sync_folder(self._journal.parent)
        self._files.setdefault(run, []).append(path.resolve())

    def sync(self) -> None:
        """Flush what was appended, and note its size, in the caller's transaction."""
        for run in self._touched:
            self._appenders[run].sync()
            for path in self._files.get(run, []):
                self._collected.set_size(path, path.stat().st_size)
        self._touched.clear()

    def close(self, runs: Iterable[Run]) -> None:
        """Close the files of runs that have ended: no later kill concerns them."""
        closed: set[Path] = set()
        for run in runs:
            if appender := self._appenders.pop(run, None):
                appender.close()
            closed.update(self._files.pop(run, []))
        if not closed:
            return
        left = [name for name in self._named() if Path(name) not in closed]
        with replacing(self._journal) as draft:  # before the sizes, as in ``_end_journal``
            draft.write_text("".join(f"{name}\n" for name in left), "utf-8")
        with self._store.writing():
            for path in closed:
                self._collected.close_archive(path)

    def close_all(self) -> None:
        """Close all files; nothing is to be cut at the next start."""
        self.close(list(self._appenders))
        self._end_journal()
