"""Lines that a theme prints within every article: left out, whatever was read first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portals.store.database import Store
from tests.support.commands import QUICK, scrapy
from tests.support.database import content, rows
from tests.support.http_server import serving
from tests.support.page_templates import TemplatePage, TemplateSite, templates

LINE = "Mời bạn đọc theo dõi trang của Công đoàn huyện Tân Sơn trên mạng xã hội mỗi ngày."
TEMPLATES = {one.name: one for one in templates()}


def with_line(page: TemplatePage) -> bytes:
    """Return an article's page with the line below its first paragraph, another page as it is."""
    if page.gold is None:
        return page.body
    first = page.gold["body"][0].encode()
    assert page.body.count(first + b"</p>") == 1
    return page.body.replace(first, first + f"</p><p>{LINE}".encode())


@pytest.mark.crawl
def test_a_crawl_and_its_reextraction_leave_them_out(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    places = ("-s", f"DATABASE={database}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}")
    site = TemplateSite(TEMPLATES["onecms-bgrid"], "story", 12)
    with serving({page.path: with_line(page) for page in site.pages}) as portal:
        crawl = (
            "crawl", "portal", "-a", f"origin={portal.origin}", "-a", "portal=thu", *QUICK,
            *places,
        )  # fmt: skip
        scrapy(*crawl)
        first = content(database)
        again = scrapy(*crawl, "-a", "revisit=all")
        shown = scrapy("read", f"{portal.origin}{next(iter(site.golds))}")

    assert len(first["articles"]) == 12
    assert not any(LINE in row["body"] for row in first["articles"])
    assert "12 known" in again.err
    assert LINE in shown.out  # one page alone does not show that it recurs
    crawled = texts(content(database))
    assert scrapy("reextract", "--portal", "thu", *places).code == 0
    assert texts(content(database)) == crawled
    assert [row["line"] for row in rows(database, "SELECT line FROM recurring_lines")] == [LINE]


def texts(stored: dict[str, list[dict[str, Any]]]) -> list[tuple[str, str]]:
    return [(row["content_hash"], row["body"]) for row in stored["revisions"]]


_REFUSED = """
    CREATE TRIGGER refused BEFORE INSERT ON recurring_lines
    BEGIN SELECT RAISE(ABORT, 'refused'); END
"""


@pytest.mark.crawl
def test_a_run_that_cannot_leave_them_out_has_an_end_and_says_why(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    store = Store.open(database)
    store.db.conn.execute(_REFUSED)
    store.close()
    site = TemplateSite(TEMPLATES["onecms-bgrid"], "story", 4)
    with serving({page.path: with_line(page) for page in site.pages}) as portal:
        done = scrapy(
            "crawl", "portal", "-a", f"origin={portal.origin}", "-a", "portal=thu", *QUICK,
            "-s", f"DATABASE={database}", "-s", "ARCHIVE_DIR=",
        )  # fmt: skip

    (run,) = rows(database, "SELECT verdict, reason, finished_at FROM runs")
    assert (done.code, run["verdict"]) == (15, "storage"), done.err
    assert run["reason"].startswith("recurring lines cannot be left out: ")
    assert run["finished_at"] is not None
    assert len(rows(database, "SELECT 1 FROM articles")) == 4
