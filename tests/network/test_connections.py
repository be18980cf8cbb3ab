"""One connection to a server for many pages."""

from __future__ import annotations

from pathlib import Path

from portals.network.limits import MAX_HEAD
from tests.support.commands import crawl_of, scrapy
from tests.support.federation import federation, sample_items
from tests.support.http_server import serving

_COMMENT = b"<!--" + b"x" * 30_000 + b"-->"  # less than what is read from a connection at once


def test_small_pages_never_add_up_to_a_head_that_is_too_large(tmp_path: Path) -> None:
    pages = {path: body + _COMMENT for path, body in federation(sample_items(1, 10)).items()}
    pages["/robots.txt"] = b""
    with serving(pages) as portal:
        done = scrapy(*crawl_of(portal.origin, tmp_path / "a.db"))

    assert done.code == 0, done.err
    assert sum(len(pages.get(path, b"")) for path in portal.asked) > MAX_HEAD
    assert sorted(portal.asked) == sorted(set(portal.asked))
