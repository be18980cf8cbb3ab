"""Files that are replaced whole or not at all."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a draft beside ``path`` for the caller to write; it takes the place of ``path``.

    The draft is flushed to the disk first. Where the block raises, ``path`` stays as it was. Files
    whose names begin with the draft's (logs of SQLite) are removed. Raises OSError; ValueError for
    a name that no file can have.
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
