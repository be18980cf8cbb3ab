"""Settings that a command is given: a slip ends it before it requests, opens or writes anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import live, scrapy
from tests.support.http_server import serving
from tests.support.project import PROJECT
from tests.support.small_portal import small_portal

COMMANDS = sorted(
    {path.stem for path in (PROJECT / "portals" / "commands").glob("*.py")}
    - {"__init__", "base", "help", "output", "uncaught"}
)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_a_value_that_it_cannot_read(name: str, tmp_path: Path) -> None:
    database = tmp_path / "a.db"

    done = scrapy(name, "-s", f"DATABASE={database}", "-s", "MAX_REQUESTS=100,000")

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error: MAX_REQUESTS='100,000' cannot be used; expected a whole number from 0, without"
        " separators, such as MAX_REQUESTS=100000\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_crawl_with_a_slip_in_a_name_requests_nothing_and_a_size_is_understood(
    tmp_path: Path,
) -> None:
    pages, _ = small_portal()
    with serving(pages) as portal:
        crawl = live("haiphong", portal.origin, tmp_path / "a.db")
        slip = scrapy(*crawl, "-s", "RELPAY=data/sample.warc.gz")
        assert not portal.asked
        assert list(tmp_path.iterdir()) == []
        done = scrapy(*crawl, "-s", "ARCHIVE_MAX_SIZE=1GB", "-s", "ZYTE_API_KEY=1")

    assert (slip.code, slip.out) == (2, "")
    assert slip.err == "error: there is no setting 'RELPAY'; did you mean REPLAY?\n"
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert done.err.count("warning: the setting ZYTE_API_KEY is unknown") == 1
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.warc.gz")) > 10_000


def test_scrapys_own_tools_have_no_word_about_unknown_settings() -> None:
    done = scrapy("settings", "--get", "BOT_NAME", "-s", "ZYTE_API_KEY=1", "-s", "RELPAY=x")

    bad = scrapy("shell", "--nolog", "-s", "MAX_RETRY_AFTER=bogus", "-c", "1")

    assert (done.code, done.out.strip(), done.err) == (0, "tin-cong-doan", "")
    assert (bad.code, bad.out) == (2, "")
    assert "error: MAX_RETRY_AFTER='bogus' cannot be used" in bad.err
    assert "Traceback" not in bad.err
