"""A disk with little space: no command begins what it cannot end, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from portals.free_space import DiskFullError, DiskLimit, DiskLimitError, check_room
from tests.support.commands import live, scrapy
from tests.support.database import rows
from tests.support.http_server import serving
from tests.support.small_portal import small_portal

HUGE = ("-s", "MIN_FREE_DISK=900TB")


@pytest.mark.quick
def test_a_limit_is_a_size_a_share_or_both() -> None:
    assert DiskLimit.parse("2GB 5%") == DiskLimit(2e9, 0.05)
    assert DiskLimit.parse("1.5tb") == DiskLimit(1.5e12)
    assert DiskLimit.parse("300") == DiskLimit(300)
    assert DiskLimit.parse("0") == DiskLimit.parse("") == DiskLimit()


@pytest.mark.quick
@pytest.mark.parametrize("text", ["much", "2 gigs", "100%", "-1GB", "1GB,5%"])
def test_anything_else_is_no_limit(text: str) -> None:
    with pytest.raises(DiskLimitError):
        DiskLimit.parse(text)


@pytest.mark.quick
def test_a_place_that_does_not_exist_yet_is_on_the_disk_of_its_parent(tmp_path: Path) -> None:
    DiskLimit.parse("1").check([tmp_path / "new" / "a.db"])
    with pytest.raises(DiskFullError, match=r"MIN_FREE_DISK"):
        DiskLimit.parse("99.999%").check([tmp_path / "new" / "a.db"])
    with pytest.raises(DiskFullError, match=r"900 TB are needed"):
        check_room(tmp_path, 900 * 10**12)


def test_a_run_without_space_requests_nothing_and_the_next_one_resumes(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    pages, _ = small_portal()
    with serving(pages) as portal:
        crawl = live("haiphong", portal.origin, database)
        first = scrapy(*crawl, "-s", "MAX_REQUESTS=3")
        asked = len(portal.asked)
        full = scrapy(*crawl, *HUGE, "--json")
        assert len(portal.asked) == asked
        last = scrapy(*crawl)

    assert first.code == 10, first.err
    assert full.code == 15
    assert len(full.err.splitlines()) == 1
    assert "are free at" in full.err
    row = json.loads(full.out)
    assert (row["verdict"], row["run_id"]) == ("storage", 2)
    assert last.code == 0
    assert rows(database, "SELECT verdict, reason_code, resumes FROM runs") == [
        {"verdict": "incomplete", "reason_code": "request_budget", "resumes": None},
        {"verdict": "storage", "reason_code": "disk_full", "resumes": None},
        {"verdict": "ok", "reason_code": None, "resumes": 1},
    ]


def test_no_command_begins_a_file_that_has_no_room(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    pages, _ = small_portal()
    with serving(pages) as portal:
        assert scrapy(*live("haiphong", portal.origin, database)).code == 0
    settings = (
        "-s", f"DATABASE={database}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}", *HUGE,
    )  # fmt: skip
    before = sorted(path.name for path in tmp_path.iterdir())
    for words in (
        ("snapshot", tmp_path / "copy.db"),
        ("export", "--output", tmp_path / "out.jsonl"),
        ("search", "--rebuild"),
        ("reextract",),
    ):
        done = scrapy(*words, *settings)
        assert done.code == 15, words
        assert done.err.startswith("error: only "), done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_the_disk_of_the_archives_counts_too(tmp_path: Path, small_disk: Path) -> None:
    pages, _ = small_portal()
    with serving(pages) as portal:
        crawl = live("haiphong", portal.origin, tmp_path / "a.db")
        places = ("-s", f"ARCHIVE_DIR={small_disk / 'archive'}")
        done = scrapy(*crawl, *places, "-s", "MIN_FREE_DISK=2MB")

    assert done.code == 15
    assert str(small_disk) in done.err
    assert portal.asked == []
