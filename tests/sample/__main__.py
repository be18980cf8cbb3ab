"""Write the two files of the sample in ``data``: ``python -m tests.sample``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from portals.archive.captures import Capture
from portals.archive.writer import ArchiveWriter
from tests.sample.later import LATER, later
from tests.sample.site import CAPTURED, Served, sample

DATA = Path(__file__).resolve().parents[2] / "portals" / "resources" / "sample"
SAMPLE, SAMPLE_LATER = DATA / "sample.warc.gz", DATA / "sample-later.warc.gz"


def write(path: Path = SAMPLE) -> None:
    """Write every response of the sample to ``path``, which is replaced."""
    _write(path, sample(), CAPTURED)


def write_later(path: Path = SAMPLE_LATER) -> None:
    """Write what was served a month later to ``path``, which is replaced."""
    _write(path, later(), LATER)


def _write(path: Path, responses: Iterable[Served], at: datetime) -> None:
    path.unlink(missing_ok=True)
    writer = ArchiveWriter(path, "tin-cong-doan sample", at)
    for served in responses:
        headers = [("Content-Type", served.content_type)]
        writer.write(Capture(served.url, served.status, headers, served.body, served.at))
    writer.close()


if __name__ == "__main__":
    write()
    write_later()
