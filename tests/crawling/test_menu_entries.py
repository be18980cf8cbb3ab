"""Entries of a described portal's menu whose labels do not say that they lead to news."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, answers, serving
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, danaweb_1, danaweb_1_list, danaweb_404
from tests.support.variants import some_rows

MENU = (
    ("/gioi-thieu", "Giới thiệu"),
    ("/tin-tuc", "Tin tức"),
    ("/doi-song", "Đời sống"),
    ("/nguoi-tot", "Người tốt việc tốt"),
)
FRAME = Frame(TODAY, menu=MENU)


def items_of(section: str, first: int, count: int) -> list[Item]:
    return [
        Item(f"/{section}/{story.slug}-{story.number}.html", text_of(story, section))
        for story in stories(count, first)
    ]


def portal() -> dict[str, bytes]:
    """Return a portal whose home page shows none of the articles of "Đời sống"."""
    news, life = items_of("tin-tuc", 1, 6), items_of("doi-song", 101, 6)
    pages = {item.url: danaweb_1(item.text, FRAME) for item in [*news, *life]}
    lists = {"/": news[:3], "/tin-tuc": news, "/doi-song": life, "/nguoi-tot": []}
    pages |= {path: danaweb_1_list(listed, FRAME, []) for path, listed in lists.items()}
    return pages | {"/gioi-thieu": danaweb_1_list([], FRAME, [])}


def crawl_of(origin: str, database: Path) -> tuple[str, ...]:
    return (
        "crawl", "danaweb", "-a", f"origin={origin}", "-a", "portal=mau", *QUICK,
        "-s", f"DATABASE={database}", "-s", "ARCHIVE_DIR=",
    )  # fmt: skip


@pytest.mark.crawl
def test_a_section_that_the_menu_alone_names_is_read_and_kept(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    pages = portal()
    (late,) = items_of("doi-song", 201, 1)
    listed = [late, *items_of("doi-song", 101, 6)]
    later = {late.url: danaweb_1(late.text, FRAME), "/doi-song": danaweb_1_list(listed, FRAME, [])}
    with serving(pages) as site:
        crawl = crawl_of(site.origin, database)
        first = scrapy(*crawl)
        paths = list(site.asked)
        second = scrapy(*crawl)
        with closing(sqlite3.connect(database)) as db, db:
            db.execute("UPDATE page_visits SET first_fetched_at = '2020-01-01T00:00:00+00:00'")
        before = len(site.asked)
        site.pages = answers(pages | later)
        third = scrapy(*crawl)

    assert len(rows(database, "SELECT url FROM articles")) == 13, (first.out, third.out)
    assert (first.code, second.code, third.code) == (0, 0, 0), (first.out, third.out)
    assert "/gioi-thieu" not in paths
    assert paths.count("/nguoi-tot") == 1
    assert "/nguoi-tot" not in site.asked[before:]  # two nights say no listing: not before a week


CHALLENGE = b"<title>Just a moment...</title>Checking your browser<script src=/cdn-cgi/x.js>"
HIDING = {  # answer, and whether its night is incomplete
    "challenge": (Answer(CHALLENGE), 1),
    "500": (Answer(b"", 500), 1),
    "blank": (Answer(), 1),
    "a file": (Answer(b"%PDF-1.4", headers={"Content-Type": "application/pdf"}), 1),
    "404": (Answer(b"", 404), 0),
    "error page": (Answer(danaweb_404(FRAME)), 0),
    "redirect home": (Answer(b"", 302, {"Location": "/"}), 0),
}


@pytest.mark.crawl
@pytest.mark.parametrize(("answer", "code"), some_rows(list(HIDING.values()), [0, 4]))
def test_a_section_that_is_hidden_in_its_first_night_is_read_in_the_next(
    tmp_path: Path, answer: Answer, code: int
) -> None:
    database = tmp_path / "a.db"
    with serving(portal() | {"/doi-song": answer}) as site:
        first = scrapy(*crawl_of(site.origin, database))
        site.pages = answers(portal())
        second = scrapy(*crawl_of(site.origin, database))

    assert (bool(first.code), second.code) == (bool(code), 0), (first.out, second.out)
    assert len(rows(database, "SELECT url FROM articles")) == 12
