"""Write ``data/sample.warc.gz``: ``python -m tests.sample``."""

from __future__ import annotations

from pathlib import Path

from portals.archive.captures import Capture
from portals.archive.writer import ArchiveWriter
from tests.sample.site import CAPTURED, sample

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample.warc.gz"


def write(path: Path = SAMPLE) -> None:
    """Write every response of the sample to ``path``, which is replaced."""
    path.unlink(missing_ok=True)
    writer = ArchiveWriter(path, "tin-cong-doan sample", CAPTURED)
    for served in sample():
        headers = [("Content-Type", served.content_type)]
        writer.write(Capture(served.url, served.status, headers, served.body, served.at))
    writer.close()


if __name__ == "__main__":
    write()
