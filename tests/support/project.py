"""Where the project is, and what its tests know of it."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "data" / "sample.warc.gz"
SHARED = PROJECT.parent / "shared"
SPIDERS = ("brvt", "haiphong", "kiengiang", "ldtd", "tienlang")
