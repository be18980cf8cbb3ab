"""An article on several pages is the same article when its archive is read again."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from portals.archive.replay_index import nearest
from tests.support.archive_life import OWN
from tests.support.archived_pages import write
from tests.support.commands import QUICK, live, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, serving
from tests.support.parted import AT, ORIGIN, Parted, capture, paragraphs_of, title_of
from tests.support.processes import Done
from tests.support.wayback_server import Kept, wayback

SITE = Parted()
PLAIN = Parted(is_wordpress=False)


def reextract(folder: Path, *words: str | Path, database: str = "b.db") -> Done:
    return scrapy("reextract", *words, "-s", f"DATABASE={folder / database}")


def bodies(database: Path) -> list[str]:
    return [row["body"] for row in rows(database, "SELECT body FROM articles ORDER BY id")]


@pytest.mark.parametrize("site", [SITE, PLAIN], ids=["wordpress", "portal"])
def test_reextraction_and_replay_give_the_rows_of_the_crawl(tmp_path: Path, site: Parted) -> None:
    archives = tmp_path / "archive"
    words = ("-a", "portal=mau")
    with serving(site.pages((site.url(0, 2), title_of(0)))) as portal:
        crawled = scrapy(*live(site.spider, portal.origin, tmp_path / "a.db", *words))
        replay = ("-s", f"REPLAY={archives}", "-s", "ARCHIVE_DIR=")
        played = scrapy(*live(site.spider, portal.origin, tmp_path / "c.db", *words), *replay)
    read = reextract(tmp_path, archives)

    assert (crawled.code, played.code, read.code) == (0, 0, 0), read.err
    expected = content_of(tmp_path / "a.db")
    assert content_of(tmp_path / "b.db") == expected
    assert content_of(tmp_path / "c.db") == expected
    assert site.body in bodies(tmp_path / "a.db")
    parts = "SELECT p.url, number FROM page_parts JOIN pages p ON p.id = part_id ORDER BY number"
    for name in ("a.db", "b.db", "c.db"):
        assert [(row["url"], row["number"]) for row in rows(tmp_path / name, parts)] == [
            (portal.origin + site.url(0, n), n) for n in (2, 3)
        ]


def content_of(database: Path) -> list[list[list[tuple[str, str]]]]:
    tables = ("articles", "images", "revisions", "sightings")
    keys = {"articles": "url", "images": "url", "revisions": "content_hash", "sightings": "url"}
    left_out = OWN | {"id", "article_id", "provenance"}  # without a crawl, no link says the title
    return [
        [
            sorted((name, str(value)) for name, value in row.items() if name not in left_out)
            for row in rows(database, f"SELECT * FROM {table} ORDER BY {keys[table]}")
        ]
        for table in tables
    ]


@pytest.mark.parametrize("order", list(permutations([1, 2, 3]))[1::2])
def test_the_order_of_records_and_files_does_not_matter(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    write(tmp_path / "a.warc.gz", *(capture(n) for n in order[:2]))
    write(tmp_path / "b.warc.gz", capture(order[2]))
    done = reextract(tmp_path, tmp_path, "--portal", "wordpress", "--jobs", str(order[0]))

    assert done.code == 0, done.err
    assert bodies(tmp_path / "b.db") == [SITE.body]


def test_archives_that_are_read_one_by_one_give_the_whole_text(tmp_path: Path) -> None:
    for number in (2, 1, 3):
        path = write(tmp_path / f"{number}.warc.gz", capture(number))
        done = reextract(tmp_path, path, "--portal", "wordpress")
        assert done.code == 0, done.err

    assert bodies(tmp_path / "b.db") == [SITE.body]
    assert len(rows(tmp_path / "b.db", "SELECT 1 FROM revisions")) == 1


def test_a_page_that_no_archive_holds_shortens_no_row(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.warc.gz", *(capture(n) for n in (1, 2, 3)))
    later = write(tmp_path / "later.warc.gz", *(capture(n, 200 * 24) for n in (1, 3)))
    reextract(tmp_path, whole, "--portal", "wordpress")
    (tmp_path / "whole.warc.gz").unlink()
    done = reextract(tmp_path, later, "--portal", "wordpress")
    reextract(tmp_path, later, "--portal", "wordpress", database="fresh.db")

    short = "\n\n".join([*paragraphs_of(0, 1), *paragraphs_of(0, 3)])
    missing = rows(tmp_path / "fresh.db", "SELECT code, detail FROM rejects")
    assert done.code == 0, done.err
    assert bodies(tmp_path / "b.db") == [SITE.body]
    assert bodies(tmp_path / "fresh.db") == [short]
    assert [(row["code"], row["detail"]) for row in missing] == [
        ("part_missing", "page 2: it is not archived")
    ]


def test_a_text_is_of_the_captures_of_its_time(tmp_path: Path) -> None:
    """Page 2 was corrected after ten days: there are two revisions, and no mixed text."""
    second = [*paragraphs_of(0, 2)[:-1], "Đính chính: số đoàn viên mới kết nạp là một nghìn hai."]
    early = [capture(n, n / 100) for n in (1, 2, 3)]
    late = [capture(1, 240), capture(2, 240.01, second), capture(3, 240.02)]
    write(tmp_path / "a.warc.gz", *late, *early)
    done = reextract(tmp_path, tmp_path / "a.warc.gz", "--portal", "wordpress")

    found = rows(tmp_path / "b.db", "SELECT body FROM revisions ORDER BY seen_at")
    assert done.code == 0, done.err
    assert [row["body"] for row in found] == [
        SITE.body,
        "\n\n".join([*paragraphs_of(0, 1), *second, *paragraphs_of(0, 3)]),
    ]


@pytest.mark.quick
def test_the_nearest_capture_is_one_of_the_next_day_then_one_before_then_one_after() -> None:
    def chosen(*hours: float) -> float | None:
        return nearest([(AT + timedelta(hours=hour), hour) for hour in hours], AT)

    assert chosen(-1, 30, 5, 2) == 2
    assert chosen(-9, -1, 30) == -1
    assert chosen(0, -1) == 0
    assert chosen(50, 30) == 30
    assert chosen() is None


def test_pruning_keeps_the_later_pages_of_a_kept_article(tmp_path: Path) -> None:
    archives = tmp_path / "archive"
    with serving(SITE.pages()) as portal:
        words = live("wordpress", portal.origin, tmp_path / "a.db", "-a", "portal=mau")
        scrapy(*words)
        portal.pages[SITE.url(0, 3)] = Answer(SITE.page(0, 3, [*paragraphs_of(0, 3), "Hết."]))
        scrapy(*words, "-a", "revisit=all")
    pruned = scrapy(
        "archive", "prune", "--older", "0d",
        "-s", f"DATABASE={tmp_path / 'a.db'}", "-s", f"ARCHIVE_DIR={archives}",
    )  # fmt: skip
    before = bodies(tmp_path / "a.db")
    done = reextract(tmp_path, archives)

    assert pruned.code == 0, pruned.err
    assert done.code == 0, done.err
    assert sorted(bodies(tmp_path / "b.db")) == sorted(before)


def test_an_article_on_several_pages_is_read_whole_from_a_public_archive(tmp_path: Path) -> None:
    captures = [capture(n, n, site=PLAIN) for n in (2, 1, 3)]
    kept = [Kept(f"{one.captured_at:%Y%m%d%H%M%S}", one.url, one.body) for one in captures]
    with wayback(kept) as machine:
        done = scrapy(
            "crawl", "portal", "-a", f"origin={ORIGIN}", "-a", "portal=mau", *QUICK,
            "-a", "via=wayback", "-s", f"WAYBACK={machine.origin}", "-s", "WAYBACK_PAUSE=0.2",
            "-s", f"DATABASE={tmp_path / 'a.db'}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}",
            "-s", 'DOWNLOAD_SLOTS={"wayback-index": {"delay": 0}}',
        )  # fmt: skip
    read = reextract(tmp_path, tmp_path / "archive")

    assert done.out.startswith("mau: ok, 1 new"), done.err
    assert read.code == 0, read.err
    assert bodies(tmp_path / "a.db") == bodies(tmp_path / "b.db") == [PLAIN.body]
