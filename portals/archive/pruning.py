"""Pruning archives: records of pages that are no longer needed are removed."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portals.archive.records import Damage, read_records
from portals.store.pages import PageRepository, StoredPage
from portals.timestamps import utc


@dataclass(frozen=True, slots=True)
class Pruned:
    """One pruned archive: the number of records dropped, and its size before and after (bytes)."""

    path: Path
    dropped: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PrunePolicy:
    """Which pages are dropped: those fetched before ``before`` (aware).

    ``keep_articles``: keep the pages of every revision. ``drop_current``: drop even the pages of
    current revisions, which are otherwise always kept.
    """

    before: datetime
    keep_articles: bool = False
    drop_current: bool = False


def prune(
    pages: PageRepository, policy: PrunePolicy, portal: str, folder: Path, *, is_trial: bool = False
) -> Iterator[Pruned]:
    """Apply ``policy`` to the archives of ``portal`` in ``folder``; yield each pruned file.

    A smaller file is written beside each file, then the rows of ``pages`` are moved to it, then the
    old file is deleted: whenever the process ends, every page of the database is in a complete
    file. ``is_trial``: compute the sizes, write nothing. Raises OSError and sqlite3.Error.
    """
    for path in pages.archives_of(portal):
        if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            continue  # archives outside the folder belong to the operator
        dropped = {known.page.offset: known for known in _unneeded(pages, path, policy)}
        if not dropped:
            continue
        before = path.stat().st_size
        if is_trial:
            after = before - sum(known.page.length for known in dropped.values())
        else:
            after = _rewrite(pages, path, dropped)
        yield Pruned(path, len(dropped), before, after)


def _unneeded(pages: PageRepository, path: Path, policy: PrunePolicy) -> Iterator[StoredPage]:
    before = utc(policy.before)
    for known in pages.in_archive(path):
        if known.page.fetched_at >= before or known.page.via:
            continue  # pages of a public archive are older than their download
        if not _is_protected(pages, known.id, policy) and not pages.is_repeated_since(
            known.id, before
        ):
            yield known


def _is_protected(pages: PageRepository, page_id: int, policy: PrunePolicy) -> bool:
    if policy.keep_articles:
        return pages.is_cited(page_id)
    return not policy.drop_current and pages.is_shown(page_id)


def _rewrite(pages: PageRepository, path: Path, dropped: dict[int, StoredPage]) -> int:
    """Rewrite ``path`` without the records at the offsets ``dropped``; return the new size."""
    target = _next_edition(path, pages)
    part = target.with_name(f"{target.name}.part")  # not recognised as an archive
    try:
        moved, size = _copy(path, part, dropped)
        part.rename(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    with pages.store.writing():
        pages.drop([known.id for known in dropped.values()])
        pages.move(path, target, moved)
    path.unlink()
    return size


def _copy(path: Path, target: Path, dropped: Container[int]) -> tuple[dict[int, int], int]:
    """Copy the remaining records; return their offsets, old to new, and the size in bytes."""
    moved: dict[int, int] = {}
    is_dropping = False
    with path.open("rb") as source, target.open("wb") as copy:
        for record in read_records(path):
            # Damaged parts are copied unchanged: they may be repaired later.
            if isinstance(record, Damage):
                is_dropping = False
            elif record.kind != "request":
                is_dropping = record.offset in dropped
            if is_dropping:  # the response, and the request record after it
                continue
            moved[record.offset] = copy.tell()
            source.seek(record.offset)
            copy.write(source.read(record.length))
        copy.flush()
        os.fsync(copy.fileno())
        return moved, copy.tell()


def _next_edition(path: Path, pages: PageRepository) -> Path:
    """Return the next unused path for a rewritten file: "a.1.warc.gz" after "a.warc.gz"."""
    stem = path.name.removesuffix(".gz").removesuffix(".warc")
    ending = path.name[len(stem) :]
    name, _, number = stem.rpartition(".")
    is_edition = bool(name) and number.isdecimal()
    taken = set(pages.archives())
    edition = int(number) + 1 if is_edition else 1
    while True:
        target = path.with_name(f"{name if is_edition else stem}.{edition}{ending}")
        if not target.exists() and target not in taken:
            return target
        edition += 1
