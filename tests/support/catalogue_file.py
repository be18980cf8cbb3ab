"""A catalogue of its own for a test: rows that are right but for what the test says."""

from __future__ import annotations

import csv
from pathlib import Path

GOOD = {
    "name": "tin", "title": "Tin", "kind": "press", "province_then": "Hải Dương",
    "province_now": "Hải Phòng", "home_url": "https://tin.vn/", "cms": "NukeViet", "grade": "A",
    "state": "live", "since": "2026-01", "successor": "", "evidence": "an article of that month",
    "hosts": "", "tls_exception": "", "robots_exception": "", "server": "",
    "listings": "https://tin.vn/xa-hoi/", "feeds": "", "examples": "", "proxy": "", "tls_level": "",
    "browser": "",
}  # fmt: skip


def written(path: Path, *rows: dict[str, str]) -> Path:
    """Write a catalogue whose rows differ from ``GOOD`` in the given columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(GOOD))
        table.writeheader()
        table.writerows([GOOD | row for row in rows])
    return path
