"""Rewriting an archive without some of its records, safe against a kill at any moment.

A smaller file is written beside the old one, then the rows of ``pages`` are moved to it, then the
old file is deleted: whenever the process ends, every page of the database is in a complete file,
and ``finish_interrupted`` deletes the other one.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

from portals.archive.companions import RecordIndex
from portals.archive.records import is_compressed_whole
from portals.files import remove_drafts, replacing, sync_folder
from portals.store.archive_rewrites import ArchiveRewrite, ArchiveRewrites
from portals.store.pages import PageRepository


def rewrite_without(
    pages: PageRepository, path: Path, dropped: set[int], on_moved: Callable[[], None]
) -> int:
    """Rewrite ``path`` without the records at the offsets ``dropped``; return the new size (bytes).

    ``on_moved``: deletes their rows, in the transaction that moves the others. The caller holds the
    lock under which archives are rewritten and those of the portals whose pages are in the file.
    Raises OSError and sqlite3.Error.
    """
    rewrites, target = ArchiveRewrites(pages), _next_edition(path, pages)
    rewrites.begin(path, target)
    try:
        with replacing(target) as draft:
            moved, size = _copy(path, draft, dropped)
    except OSError:
        rewrites.end(path)
        raise
    with pages.store.writing():
        on_moved()
        pages.move(path, target, moved)
        rewrites.on_replaced(path)
    _delete(path)
    rewrites.end(path)
    return size


def finish_interrupted(pages: PageRepository) -> Iterator[ArchiveRewrite]:
    """Delete the obsolete files of rewrites that were killed, and yield these.

    The caller holds the lock under which archives are rewritten. Raises OSError, sqlite3.Error.
    """
    rewrites = ArchiveRewrites(pages)
    for rewrite in rewrites.unfinished():
        if not rewrite.replacement.parent.is_dir():
            continue  # a disk that is not mounted: it may come back
        remove_drafts(rewrite.replacement)
        _delete(rewrite.obsolete)
        rewrites.end(rewrite.path)
        yield rewrite


def _delete(path: Path) -> None:
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def _copy(path: Path, target: Path, dropped: set[int]) -> tuple[dict[int, tuple[int, int]], int]:
    """Copy the remaining records; return offset and length by old offset, and the size (bytes).

    The records of a file that was compressed whole are compressed one by one.
    """
    moved: dict[int, tuple[int, int]] = {}
    is_whole = is_compressed_whole(path)
    with (
        gzip.open(path) if is_whole else path.open("rb") as source,
        target.open("wb") as copy,
    ):
        for entry in RecordIndex.of(path).without(dropped):
            source.seek(entry.offset)
            record = source.read(entry.length)
            packed = gzip.compress(record, mtime=0) if is_whole else record
            moved[entry.offset] = copy.tell(), len(packed)
            copy.write(packed)
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
