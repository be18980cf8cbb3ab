"""The sample that comes with the program, read into a database: what to see without a crawl.

``make demo`` takes the same steps one by one, and prints them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from portals.errors import PortalError

FOLDER = Path(str(files("portals") / "resources" / "sample"))  # wheels are unpacked
FIRST, LATER = FOLDER / "sample.warc.gz", FOLDER / "sample-later.warc.gz"

STEPS: tuple[tuple[str, ...], ...] = (
    ("crawlall", "-s", f"REPLAY={FIRST}"),
    ("reextract", str(FIRST)),
    ("crawl", "haiphong", "--revisit", "all", "-s", f"REPLAY={LATER}"),
)
"""Five portals; older captures of the same archive as revisions; one portal a month later."""


def make_sample(database: Path) -> None:
    """Make the database of the sample, which appears when it is whole.

    Raises PortalError with what a step said last, and OSError.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    draft = database.with_name(f".{database.stem}-{os.getpid()}.db")
    try:
        for step in STEPS:
            _take([*step, "-s", f"DATABASE={draft}", "-s", "PROGRESS=0"])
        draft.rename(database)
    finally:
        _remove(draft)


def _take(words: Sequence[str]) -> None:
    command = [sys.executable, "-m", "portals", *words, "-s", "MIN_FREE_DISK=0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).rpartition("\n")[2]
        raise PortalError(f"the sample cannot be read ({words[0]}: {said})")


def _remove(draft: Path) -> None:
    """Remove a draft with its logs and locks."""
    for file in draft.parent.glob(f"{draft.name}*"):
        file.unlink()
