"""Atomic replacement of files."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary file beside ``path`` for the caller to write; then rename it to ``path``.

    The temporary file is synced to disk first. If the block raises, ``path`` is unchanged. Files
    whose names begin with that of the temporary file (SQLite's logs) are removed. Raises OSError;
    ValueError for an invalid file name.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        for leftover in draft.parent.glob(f"{glob.escape(draft.name)}*"):
            leftover.unlink(missing_ok=True)
