"""Atomic replacement of files, by drafts that nobody else can have prepared."""

from __future__ import annotations

import fcntl
import glob
import logging
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

logger = logging.getLogger(__name__)

_FOLDER = ".temporary"
_TOKEN = 8  # bytes; a name that nobody can guess
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_EXISTING = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary file beside ``path`` for the caller to write; then rename it to ``path``.

    The temporary file is new (a link of its name is never followed) and empty; it is synced to
    disk before it is renamed, and the folder after. If the block raises, ``path`` is unchanged.
    Drafts of ``path`` that killed processes left are removed first, with a warning. Files whose
    names begin with that of the temporary file (SQLite's logs) are removed. Raises OSError;
    ValueError for an invalid file name.
    """
    for leftover in remove_drafts(path):
        logger.warning("removed %s, the draft of a command that was killed", leftover)
    draft, lock = _new_draft(path)
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    finally:
        _remove(draft)
        os.close(lock)


@contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """Yield a new folder beside ``path`` for temporary files, and remove it at the end.

    Folders that killed processes left are removed first, with a warning. Raises OSError.
    """
    for folder in sorted(path.parent.glob(f".{glob.escape(path.name)}.*{_FOLDER}")):
        lock = _lock_of(folder)
        if lock is not None:
            shutil.rmtree(folder)
            os.close(lock)
            logger.warning("removed %s, left by a command that was killed", folder)
    folder = Path(tempfile.mkdtemp(_FOLDER, f".{path.name}.", path.parent))
    lock = os.open(folder, _EXISTING)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def final_name(draft: str) -> str:
    """Return the path of which ``draft`` is a draft, or a path in a folder of drafts.

    Any other path is returned as it is.
    """
    return _DRAFT_NAME.sub(r"\1", draft)


_DRAFT_NAME = re.compile(r"(?:(?<=/)|^)\.([^/]+)\.(?:[0-9a-f]{16}\.part|\w{8}\.temporary)(?=/|$)")


def remove_drafts(path: Path) -> list[Path]:
    """Remove the drafts of ``path`` whose processes are gone, and return them. Raises OSError."""
    removed = []
    for draft in sorted(path.parent.glob(f".{glob.escape(path.name)}.*.part")):
        lock = _lock_of(draft)
        if lock is None:
            continue
        try:
            _remove(draft)
        finally:
            os.close(lock)
        removed.append(draft)
    return removed


def make_folder(folder: Path) -> None:
    """Create ``folder`` and its parents, their entries on disk. Raises OSError."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for created in missing:
        sync_folder(created.parent)


def sync_folder(folder: Path) -> None:
    """Flush the entries of ``folder`` to disk: new, renamed and deleted files. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _new_draft(path: Path) -> tuple[Path, int]:
    """Create a draft and return it with the handle that locks it while this process lives."""
    while True:
        draft = path.with_name(f".{path.name}.{secrets.token_hex(_TOKEN)}.part")
        handle = os.open(draft, _NEW, 0o666)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if draft.exists():  # another process may have removed it before it was locked
            return draft, handle
        os.close(handle)


def _lock_of(draft: Path) -> int | None:
    """Return a handle that locks ``draft``; None if its process lives, or if it is no draft."""
    try:
        handle = os.open(draft, _EXISTING)
    except OSError:  # a link, or it is gone
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _remove(draft: Path) -> None:
    for leftover in draft.parent.glob(f"{glob.escape(draft.name)}*"):
        leftover.unlink(missing_ok=True)
