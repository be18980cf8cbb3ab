"""The log that a reader lets grow is told, with the reader, and shrinks when it has ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.store.database import Store
from portals.store.write_ahead_log import LogWatch, growth, log_size
from tests.support.commands import crawl_of, scrapy_after
from tests.support.http_server import serving
from tests.support.small_portal import small_portal

READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("BEGIN")
connection.execute("SELECT count(*) FROM runs").fetchone()
print("reading", flush=True)
sys.stdin.read()
"""
SMALL = "import portals.store.write_ahead_log as log; log.LARGE = 1\n"


@contextmanager
def reading(database: Path) -> Iterator[int]:
    """Let another process hold an old state of the database; yield its id."""
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == b"reading\n"
        yield reader.pid


def test_the_log_is_told_once_with_its_reader_and_cut_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "a.db"
    for module in ("write_ahead_log", "database"):
        monkeypatch.setattr(f"portals.store.{module}.LARGE", 5_000_000)
    with closing(Store.open(database)) as store:
        watch = LogWatch(database)
        assert watch.warning() is None
        with reading(database) as process:
            run = store.runs.start_run("ldtd", datetime.now(UTC))
            for number in range(20):
                store.runs.update_run(run, {"reason": str(number) * 600_000})
            size = log_size(database)
            assert size > 5_000_000
            told = watch.warning()
            assert told is not None
            assert f"(process {process}) is reading an old state" in told
            assert f"a.db-wal has {size // 1_000_000} MB" in told
            assert watch.warning() is None
        for number in range(20):
            store.runs.update_run(run, {"reason": str(number) * 600_000})
        assert log_size(database) <= 5_000_000
        assert growth(database) is None


def test_a_crawl_and_the_status_tell_a_large_log(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    pages, _ = small_portal()
    Store.open(database).close()
    with serving(pages) as portal, reading(database):
        done = scrapy_after(SMALL, *crawl_of(portal.origin, database))
        status = scrapy_after(SMALL, "status", "-s", f"DATABASE={database}")

    assert done.code == 0, done.err
    assert done.err.count("is reading an old state") == 1
    assert status.code == 0
    assert "-wal has 0 MB" in status.err
