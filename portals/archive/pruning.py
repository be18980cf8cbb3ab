"""Making archives smaller: what nobody needs any more is left out, what is cited stays."""

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
    """One archive that was made smaller: records dropped, and its size before and after (bytes)."""

    path: Path
    dropped: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PrunePolicy:
    """What may be dropped: pages fetched before ``before`` (aware).

    ``keep_articles``: no page of any revision. ``drop_current``: even pages of current revisions,
    which otherwise always stay.
    """

    before: datetime
    keep_articles: bool = False
    drop_current: bool = False


def prune(
    pages: PageRepository, wish: PrunePolicy, portal: str, folder: Path, *, is_trial: bool = False
) -> Iterator[Pruned]:
    """Drop what ``wish`` names from the archives of ``portal`` in ``folder``, file after file.

    Of each file a smaller one is written beside it, then the database turns to that, then the old
    file goes: whatever ends the process, every page of the database is held by a whole file.
    ``is_trial``: only tell. Raises OSError and sqlite3.Error.
    """
    for path in pages.archives_of(portal):
        if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            continue  # archives that somebody gave are theirs
        dropped = {known.page.offset: known for known in _unneeded(pages, path, wish)}
        if not dropped:
            continue
        before = path.stat().st_size
        if is_trial:
            after = before - sum(known.page.length for known in dropped.values())
        else:
            after = _rewrite(pages, path, dropped)
        yield Pruned(path, len(dropped), before, after)


def _unneeded(pages: PageRepository, path: Path, wish: PrunePolicy) -> Iterator[StoredPage]:
    before = utc(wish.before)
    for known in pages.in_archive(path):
        if known.page.fetched_at >= before or known.page.via:
            continue  # what came through another archive was old when it came
        if not _is_protected(pages, known.id, wish) and not pages.is_repeated_since(
            known.id, before
        ):
            yield known


def _is_protected(pages: PageRepository, page_id: int, wish: PrunePolicy) -> bool:
    if wish.keep_articles:
        return pages.is_cited(page_id)
    return not wish.drop_current and pages.is_shown(page_id)


def _rewrite(pages: PageRepository, path: Path, dropped: dict[int, StoredPage]) -> int:
    """Write ``path`` anew without the records at ``dropped``, and return its size in bytes."""
    target = _beside(path, pages)
    part = target.with_name(f"{target.name}.part")  # no archive yet
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
    """Copy the records that stay; return their offsets, old to new, and the size in bytes."""
    moved: dict[int, int] = {}
    is_dropping = False
    with path.open("rb") as source, target.open("wb") as copy:
        for record in read_records(path):
            # What is damaged is kept as it is: somebody may mend it.
            if isinstance(record, Damage):
                is_dropping = False
            elif record.kind != "request":
                is_dropping = record.offset in dropped
            if is_dropping:  # and the request that stands behind its response
                continue
            moved[record.offset] = copy.tell()
            source.seek(record.offset)
            copy.write(source.read(record.length))
        copy.flush()
        os.fsync(copy.fileno())
        return moved, copy.tell()


def _beside(path: Path, pages: PageRepository) -> Path:
    """Return the name of the next edition that nobody has: "a.1.warc.gz" after "a.warc.gz"."""
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
