"""``crawlall``, ``reextract``, ``portals`` and ``contract`` as an operator meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import scrapy
from tests.support.database import content, rows
from tests.support.project import SAMPLE, SPIDERS


def test_crawlall_runs_every_portal_and_prints_a_line_for_each(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    done = scrapy("crawlall", "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={database}")

    assert done.code == 0, done.err
    head, *lines = done.out.splitlines()
    assert head.split("\t")[:3] == ["portal", "verdict", "new"]
    assert [line.split("\t")[:2] for line in lines] == [[name, "ok"] for name in SPIDERS]
    assert len(rows(database, "SELECT 1 FROM articles")) == 46
    assert rows(database, "SELECT * FROM similarity_queue") == []


def test_crawlall_exits_with_the_worst_verdict(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    done = scrapy(
        "crawlall", "--only", "brvt,ldtd", "--json", "-s", f"REPLAY={SAMPLE}",
        "-s", f"DATABASE={database}", "-a", "origin=http://laodongthudo.vn",
    )  # fmt: skip

    assert {run["portal"]: run["verdict"] for run in json.loads(done.out)} == {
        "brvt": "incomplete",
        "ldtd": "ok",
    }
    assert done.code == 10


def test_crawlall_refuses_a_portal_that_is_not_there() -> None:
    done = scrapy("crawlall", "--only", "nowhere")

    assert (done.code, done.err.count("\n")) == (2, 1)


def test_reextract_reads_an_archive_without_crawling(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    done = scrapy("reextract", SAMPLE, "--json", "-s", f"DATABASE={database}")

    assert done.code == 0, done.err
    found = {row["portal"]: row["articles"] for row in json.loads(done.out)}
    assert found == {"ldtd": 12, "haiphong": 12, "kiengiang": 8, "brvt": 8, "tienlang": 8}
    assert len(rows(database, "SELECT 1 FROM revisions")) == 47


def test_reextract_makes_an_older_capture_an_older_revision(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    scrapy("crawl", "ldtd", "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={database}")
    newest = rows(database, "SELECT id, body FROM articles ORDER BY id")
    scrapy("reextract", SAMPLE, "-s", f"DATABASE={database}")

    edited = rows(
        database, "SELECT article_id FROM revisions GROUP BY article_id HAVING count(*) = 2"
    )
    assert len(edited) == 1
    assert (
        rows(database, "SELECT id, body FROM articles WHERE portal = 'ldtd' ORDER BY id") == newest
    )


def test_reextract_again_adds_no_row(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    scrapy("reextract", SAMPLE, "-s", f"DATABASE={database}")
    before = content(database)
    scrapy("reextract", SAMPLE, "-s", f"DATABASE={database}")

    assert content(database) == before


def test_crawl_and_reextract_agree(tmp_path: Path) -> None:
    scrapy("crawl", "tienlang", "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={tmp_path / 'c.db'}")
    scrapy("reextract", SAMPLE, "-s", f"DATABASE={tmp_path / 'r.db'}")
    sql = (
        "SELECT url, title, lead, body, author, source, published_at, view_count, provenance"
        " FROM articles WHERE portal = 'tienlang' ORDER BY url"
    )

    assert rows(tmp_path / "c.db", sql) == rows(tmp_path / "r.db", sql)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("missing.warc.gz",), 2, "there is no archive"),
        ((str(SAMPLE), "--portal", "nowhere"), 2, "there is no portal 'nowhere'"),
        ((str(SAMPLE), "-s", "DATABASE=/proc/none/a.db"), 15, "cannot use the database"),
    ],
)
def test_reextract_refuses_in_one_line(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = scrapy("reextract", *arguments)

    assert (done.code, done.err.count("\n")) == (code, 1)
    assert words in done.err


def test_portals_prints_the_catalogue() -> None:
    done = scrapy("portals", "--json")

    found = {row["name"]: row for row in json.loads(done.out)}
    assert {row["spider"] for row in found.values()} == {"file", "row"}
    assert {name for name, row in found.items() if row["spider"] == "file"} == set(SPIDERS)
    assert found["kiengiang"]["province_now"] == "An Giang"


def test_portals_says_that_a_database_cannot_be_read(tmp_path: Path) -> None:
    notes = tmp_path / "notes.db"
    notes.write_text("Ghi chép của tôi.\n" * 9, "utf-8")
    done = scrapy("portals", "--kind", "press", "--json", "-s", f"DATABASE={notes}")

    assert (done.code, len(json.loads(done.out)) > 1, done.err.count("\n")) == (0, True, 1)
    assert done.err.startswith("warning: what is stored is left out: cannot read the database ")


def test_portals_shows_what_was_learnt_of_addresses(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    scrapy("crawl", "tienlang", "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={database}")
    done = scrapy("portals", "tienlang", "--json", "-s", f"DATABASE={database}")

    shown = json.loads(done.out)
    assert shown["articles"] == 8
    assert {"/tin-tuc/{name}-{n}.html": "article"}.items() <= {
        shape["pattern"]: shape["kind"] for shape in shown["url_patterns"]
    }.items()


def test_portals_refuses_an_unknown_name() -> None:
    done = scrapy("portals", "nowhere")

    assert (done.code, done.err.count("\n")) == (2, 1)
