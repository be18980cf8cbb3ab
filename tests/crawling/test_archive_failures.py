"""A response that could not be archived is never `ok`, however writing it failed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from tests.support.commands import QUICK, scrapy_after
from tests.support.database import rows
from tests.support.faults import failing, small_disk
from tests.support.http_server import Answer, ServedRequest, http_server
from tests.support.small_portal import small_portal

NO_FAULT = "pass"
WRITER = "portals.archive.writer:RollingWriter"


@pytest.mark.parametrize(
    ("code", "moved_at", "settings", "words"),
    [
        (failing(WRITER, "append", "True"), 0, (), "ZeroDivisionError('thử'); report it"),
        (failing(WRITER, "close", "True"), 0, (), "ZeroDivisionError('thử'); report it"),
        (failing(WRITER, "sync", "True"), 0, (), "ZeroDivisionError('thử'); report it"),
        (small_disk(2_000_000), 0, (), "the disk is full"),
        (NO_FAULT, 4, (), "the archive was moved or removed during the crawl"),
        (NO_FAULT, 0, ("HTTPCACHE_ENABLED=1",), "is not archived"),
    ],
    ids=["append", "close", "sync", "full", "moved", "cached"],
)
def test_an_archive_that_fails_is_storage_with_one_line_in_the_log(
    code: str, moved_at: int, settings: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    pages, database = _with_a_large_page(), tmp_path / "a.db"
    archive, asked = tmp_path / "archive", 0
    cached = ("-s", f"HTTPCACHE_DIR={tmp_path / 'cache'}")
    more = [word for setting in settings for word in ("-s", setting)]

    def answer(request: ServedRequest) -> Answer:
        nonlocal asked
        asked += 1
        if asked == moved_at:
            shutil.move(archive, tmp_path / "elsewhere")
        return pages.get(request.path, Answer(status=404))

    with http_server(answer) as server:
        crawl = (
            "crawl", "haiphong", "-a", f"origin={server.origin}", "-s", f"DATABASE={database}",
            "-s", f"ARCHIVE_DIR={archive}", *QUICK, *cached, *more,
        )  # fmt: skip
        done = scrapy_after(code, *crawl)
        if settings:  # the cache has answers from now on
            database.unlink()
            done = scrapy_after(code, *crawl)

    assert done.code == 15, done.err
    assert done.out.startswith("haiphong: storage, ")
    assert "Traceback" not in done.err
    assert sum("ERROR" in line for line in done.err.splitlines()) <= 1
    (run,) = rows(database, "SELECT verdict, reason FROM runs")
    assert run["verdict"] == "storage"
    assert words in run["reason"]


def _with_a_large_page() -> Mapping[str, Answer]:
    """Return a portal of which one article's page is larger than the small disk, also packed."""
    pages, listing = small_portal()
    path = next(path for path in pages if path != listing)
    noise = Random(1).randbytes(3_000_000).hex().encode()
    pages[path] = Answer(pages[path].body.replace(b"</body>", b"<!--" + noise + b"--></body>"))
    return pages
