"""Entries of a described portal's menu whose labels do not say that they lead to news."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.http_server import answers, serving
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, danaweb_1, danaweb_1_list

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


@pytest.mark.crawl
def test_a_section_that_the_menu_alone_names_is_read_and_kept(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    pages = portal()
    with serving(pages) as site:
        crawl = (
            "crawl", "danaweb", "-a", f"origin={site.origin}", "-a", "portal=mau", *QUICK,
            "-s", f"DATABASE={database}", "-s", "ARCHIVE_DIR=",
        )  # fmt: skip
        first = scrapy(*crawl)
        paths = list(site.asked)
        (late,) = items_of("doi-song", 201, 1)
        listed = [late, *items_of("doi-song", 101, 6)]
        later = {late.url: danaweb_1(late.text, FRAME)}
        site.pages = answers(pages | later | {"/doi-song": danaweb_1_list(listed, FRAME, [])})
        second = scrapy(*crawl)

    stored = rows(database, "SELECT url FROM articles")
    assert len(stored) == 13, (first.out, second.out)
    assert (first.code, second.code) == (0, 0), (first.out, second.out)
    assert "/gioi-thieu" not in paths
    assert paths.count("/nguoi-tot") == 1
    again = site.asked[len(paths) :]
    assert "/nguoi-tot" not in again  # no listing: not before a week
