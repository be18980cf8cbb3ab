"""An article on several pages is one article: crawled, interrupted, revisited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import live, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, FakePortal, serving
from tests.support.kills import SIGKILLED, kill_at
from tests.support.parted import Parted, paragraphs_of, title_of
from tests.support.processes import Done

WORDPRESS, PLAIN = Parted(), Parted(is_wordpress=False)
SITES = pytest.mark.parametrize("site", [WORDPRESS, PLAIN], ids=["wordpress", "portal"])


def crawl(portal: FakePortal, site: Parted, folder: Path, *more: str) -> Done:
    return scrapy(*arguments(portal, site, folder, *more))


def arguments(portal: FakePortal, site: Parted, folder: Path, *more: str) -> tuple[str, ...]:
    return live(site.spider, portal.origin, folder / "a.db", "-a", "portal=mau", *more)


def articles(folder: Path, database: str = "a.db") -> dict[str, dict[str, Any]]:
    return {row["title"]: row for row in rows(folder / database, "SELECT * FROM articles")}


def rejects(folder: Path) -> list[tuple[str, str]]:
    found = rows(folder / "a.db", "SELECT url, code FROM rejects ORDER BY url")
    return [(row["url"].partition("//")[2].partition("/")[2], row["code"]) for row in found]


@SITES
def test_the_text_is_that_of_all_pages_and_the_row_that_of_the_first(
    tmp_path: Path, site: Parted
) -> None:
    with serving(site.pages()) as portal:
        done = crawl(portal, site, tmp_path)

    found = articles(tmp_path)
    pictures = rows(tmp_path / "a.db", "SELECT url FROM images WHERE article_id = (SELECT id FROM"
                    " articles WHERE title = ?) ORDER BY position", title_of(0))  # fmt: skip
    assert done.out.startswith(f"mau: ok, {site.count} new"), done.err
    assert len(found) == site.count
    assert found[title_of(0)]["body"] == site.body
    assert found[title_of(0)]["url"] == portal.origin + site.url(0)
    assert [row["url"].rpartition("/")[2] for row in pictures] == [
        f"anh-0-{n}.jpg" for n in range(1, 4)
    ]
    assert [portal.asked.count(site.url(0, n)) for n in (1, 2, 3)] == [1, 1, 1]


def test_a_kill_between_two_pages_loses_nothing(tmp_path: Path) -> None:
    site = WORDPRESS
    with serving(site.pages()) as portal:
        killed = [
            kill_at(arguments(portal, site, tmp_path), where, site.url(0, page).rstrip("/"))
            for where, page in (("before the commit", 2), ("after the commit", 3))
        ]
        done = crawl(portal, site, tmp_path)

    assert killed == [SIGKILLED, SIGKILLED]
    assert done.code == 0, done.err
    assert articles(tmp_path)[title_of(0)]["body"] == site.body
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM revisions")) == site.count
    assert [portal.asked.count(site.url(0, n)) for n in (1, 2)] == [1, 2]


@pytest.mark.parametrize(
    ("site", "answer", "times"),
    [(WORDPRESS, Answer(b"", 503), 2), (PLAIN, Answer(b"", 404), 1)],
    ids=["503", "404"],
)
def test_a_page_that_fails_is_missing_from_the_text_and_the_run_is_incomplete(
    tmp_path: Path, site: Parted, answer: Answer, times: int
) -> None:
    with serving({**site.pages(), site.url(0, 2): answer}) as portal:
        done = crawl(portal, site, tmp_path)

    expected = "\n\n".join([*paragraphs_of(0, 1), *paragraphs_of(0, 3)])
    assert "mau: incomplete" in done.out
    assert "1 later pages of articles could not be had" in done.out
    assert articles(tmp_path)[title_of(0)]["body"] == expected
    assert len(articles(tmp_path)) == site.count
    assert (site.url(0, 2)[1:], "part_missing") in rejects(tmp_path)
    assert portal.asked.count(site.url(0, 2)) == times


def test_a_page_that_fails_once_is_had_at_the_end(tmp_path: Path) -> None:
    with serving(WORDPRESS.pages()) as portal:
        portal.first[WORDPRESS.url(0, 2)] = [Answer(b"", 503)]
        done = crawl(portal, WORDPRESS, tmp_path)

    assert done.out.startswith("mau: ok, 6 new"), done.err
    assert articles(tmp_path)[title_of(0)]["body"] == WORDPRESS.body
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM revisions")) == 6


@SITES
def test_a_later_page_that_a_list_names_leads_to_the_first(tmp_path: Path, site: Parted) -> None:
    with serving(site.pages((site.url(0, 2), title_of(0)))) as portal:
        first = crawl(portal, site, tmp_path)
        portal.asked.clear()
        second = crawl(portal, site, tmp_path)

    assert first.out.startswith(f"mau: ok, {site.count} new"), first.err
    assert second.out.startswith("mau: ok, 0 new, 0 changed"), second.err
    assert len(articles(tmp_path)) == site.count
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM sightings")) == site.count
    assert articles(tmp_path)[title_of(0)]["url"] == portal.origin + site.url(0)
    assert articles(tmp_path)[title_of(0)]["body"] == site.body
    assert site.url(0, 2) not in portal.asked


def test_a_revisit_compares_the_whole_text(tmp_path: Path) -> None:
    site = WORDPRESS
    changed = [
        *paragraphs_of(0, 3)[:-1],
        "Đính chính: số đoàn viên mới là 1.204, không phải 1.240.",
    ]
    with serving(site.pages()) as portal:
        crawl(portal, site, tmp_path)
        same = crawl(portal, site, tmp_path, "-a", "revisit=all")
        portal.pages[site.url(0, 3)] = Answer(site.page(0, 3, changed))
        other = crawl(portal, site, tmp_path, "-a", "revisit=all")

    assert same.out.startswith("mau: ok, 0 new, 0 changed, 6 known"), same.err
    assert other.out.startswith("mau: ok, 0 new, 1 changed"), other.err
    assert articles(tmp_path)[title_of(0)]["body"].endswith(changed[-1])


def test_a_revisit_in_which_a_page_fails_shortens_nothing(tmp_path: Path) -> None:
    site = PLAIN
    with serving(site.pages()) as portal:
        crawl(portal, site, tmp_path)
        portal.pages[site.url(0, 2)] = Answer(b"", 404)
        done = crawl(portal, site, tmp_path, "-a", "revisit=all")

    assert "mau: incomplete, 0 new, 0 changed" in done.out
    assert articles(tmp_path)[title_of(0)]["body"] == site.body
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM revisions")) == site.count


def test_a_page_that_kills_the_process_twice_costs_its_own_text_only(tmp_path: Path) -> None:
    site = WORDPRESS
    with serving(site.pages()) as portal:
        where = ("in the transaction", site.url(0, 3).rstrip("/"))
        kills = [kill_at(arguments(portal, site, tmp_path), *where) for _ in range(2)]
        done = crawl(portal, site, tmp_path)

    assert kills == [SIGKILLED, SIGKILLED]
    assert "killed_process" in [code for _, code in rejects(tmp_path)], done.err
    expected = "\n\n".join([*paragraphs_of(0, 1), *paragraphs_of(0, 2)])
    assert articles(tmp_path)[title_of(0)]["body"] == expected
