"""The life of a page: crawled, archived, checked, read again by a better reader, pruned."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portals.archive.captures import capture_of, read_captures
from portals.archive.records import Damage, Record, read_records
from portals.archive.replay_index import record_at
from portals.store.portal_lock import PortalLock
from tests.support.archive_life import (
    OWN,
    aged,
    archive,
    arguments,
    crawl,
    edit,
    files,
    reextract,
    without,
)
from tests.support.commands import scrapy
from tests.support.database import content, rows
from tests.support.federation import ARTICLE, federation, sample_items
from tests.support.http_server import serving
from tests.support.kills import SIGKILLED, kill_at
from tests.support.pages.synthetic import PLANS, build
from tests.support.variants import some

# --- crawl, kill, resume, lose the database ------------------------------------------------------


def test_what_was_crawled_and_killed_comes_back_from_the_archive_alone(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 12), per_page=4)) as portal:
        assert kill_at(arguments(portal, tmp_path), "before the commit", ARTICLE, 5) == SIGKILLED
        done = crawl(portal, tmp_path)
    again = reextract(tmp_path)

    assert (done.code, again.code) == (0, 0), again.err
    crawled, read = content(tmp_path / "a.db"), content(tmp_path / "b.db")
    assert len(crawled["articles"]) == 12
    assert without(read, OWN) == without(crawled, OWN)
    assert crawled["images"]


@pytest.mark.parametrize("name", some(["brvt", "kiengiang", "tienlang"], ["kiengiang"]))
def test_a_portal_that_was_explored_comes_back_from_the_archive_alone(
    tmp_path: Path, name: str
) -> None:
    plan = next(plan for plan in PLANS if plan.portal == name)
    site = build(plan)
    with serving(site.pages) as portal:
        words = arguments(portal, tmp_path, name=name)
        assert kill_at(words, "before the commit", "", 9) == SIGKILLED
        done = crawl(portal, tmp_path, name=name)
    reextract(tmp_path)

    assert done.code == 0, done.err
    crawled, read = content(tmp_path / "a.db"), content(tmp_path / "b.db")
    assert len(crawled["articles"]) > 10
    own = OWN | {"provenance"}  # which of two nets that agree was asked first
    assert without(read, own) == without(crawled, own)


def test_an_edited_article_comes_back_with_both_texts(tmp_path: Path) -> None:
    items = sample_items(1, 6)
    with serving(federation(items, per_page=6)) as portal:
        crawl(portal, tmp_path)
        edit(portal, items[2])
        crawl(portal, tmp_path, "-a", "revisit=all")
    reextract(tmp_path)

    crawled, read = content(tmp_path / "a.db"), content(tmp_path / "b.db")
    assert len(crawled["revisions"]) == 7
    assert without(read, OWN) == without(crawled, OWN)


# --- the archive ---------------------------------------------------------------------------------


def test_every_revision_points_to_the_bytes_that_gave_it(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 6), per_page=3)) as portal:
        crawl(portal, tmp_path)

    sql = (
        "SELECT r.title, p.url, p.offset, a.path FROM revisions r JOIN pages p ON p.id = r.page_id"
        " JOIN archives a ON a.id = p.archive_id"
    )
    found = rows(tmp_path / "a.db", sql)
    assert len(found) == 6
    for row in found:
        record = record_at(tmp_path / row["path"], row["offset"])
        assert record is not None
        assert record.url == row["url"]
        assert row["title"].encode() in record.block


def test_the_lineage_leads_from_every_field_to_its_rule_run_and_bytes(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 2), per_page=2)) as portal:
        crawl(portal, tmp_path)

    found = rows(tmp_path / "a.db", "SELECT * FROM lineage WHERE field = 'title'")
    assert len(found) == 2
    for row in found:
        assert row["rule"].startswith("selectors:danaweb-1")
        assert (row["run_id"], row["reader_version"] > 0) == (1, True)
        assert record_at(tmp_path / row["archive"], row["offset"]) is not None


def test_a_page_met_again_unchanged_is_written_once(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 6), per_page=3)) as portal:
        crawl(portal, tmp_path)
        first = sum(path.stat().st_size for path in files(tmp_path))
        crawl(portal, tmp_path, "-a", "revisit=all")
    second = sum(path.stat().st_size for path in files(tmp_path)) - first

    kinds = [r.kind for r in read_records(files(tmp_path)[1]) if isinstance(r, Record)]
    assert kinds.count("response") == 0
    assert kinds.count("revisit") == 9
    assert second < first
    assert archive(tmp_path, "check").code == 0


def test_files_are_rolled_at_their_size(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 8), per_page=4)) as portal:
        crawl(portal, tmp_path, "-s", "ARCHIVE_MAX_SIZE=8000")

    found = files(tmp_path)
    assert len(found) > 2
    assert [re.sub(r".*-", "", path.name) for path in found[:2]] == [
        "00000.warc.gz",
        "00001.warc.gz",
    ]
    assert sum(len(list(read_captures(path))) for path in found) == len(portal.asked)
    assert archive(tmp_path, "check").code == 0


def test_a_whole_archive_is_found_whole(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 4), per_page=4)) as portal:
        crawl(portal, tmp_path)
    done = archive(tmp_path, "check")

    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("0 damaged, 0 missing, 0 orphans\n")


def flip(path: Path, number: int) -> None:
    """Flip a byte in the middle of a response."""
    responses = [r for r in read_records(path) if isinstance(r, Record) and r.kind == "response"]
    data = bytearray(path.read_bytes())
    data[responses[number].offset + responses[number].length // 2] ^= 0x55
    path.write_bytes(data)


def test_what_is_wrong_with_an_archive_is_found(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 4), per_page=4)) as portal:
        crawl(portal, tmp_path)
    (path,) = files(tmp_path)
    flip(path, 2)
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("UPDATE articles SET page_id = NULL")
        connection.execute("UPDATE revisions SET page_id = NULL")
        connection.execute("DELETE FROM pages WHERE url LIKE '%robots.txt'")
        connection.execute("UPDATE pages SET offset = offset + 1 WHERE url LIKE '%-1.html'")
    done = archive(tmp_path, "check", "--json")

    found = json.loads(done.out)
    assert done.code == 10
    assert {one["kind"] for one in found} == {"damaged", "missing", "orphan"}
    assert next(one["url"] for one in found if one["kind"] == "missing").endswith("-1.html")


def test_an_archive_that_was_deleted_is_missing(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        crawl(portal, tmp_path)
    files(tmp_path)[0].unlink()
    done = archive(tmp_path, "check")

    assert done.code == 10
    assert done.err.endswith("0 damaged, 5 missing, 0 orphans\n")


def test_a_kill_leaves_only_orphans_and_reading_again_takes_them_up(
    tmp_path: Path,
) -> None:
    with serving(federation(sample_items(1, 8), per_page=4)) as portal:
        kill_at(arguments(portal, tmp_path), "before the commit", ARTICLE, 3)
    before = archive(tmp_path, "check")
    reextract(tmp_path, database="a.db")
    after = archive(tmp_path, "check")

    assert before.code == after.code == 0, before.err
    assert not before.out.endswith(" 0 orphans\n")
    assert after.out.endswith(" 0 orphans\n")


# --- pruning -------------------------------------------------------------------------------------


def test_pruning_drops_old_pages_and_never_those_of_current_revisions(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 6), per_page=3)) as portal:
        crawl(portal, tmp_path)
    aged(tmp_path)
    before = content(tmp_path / "a.db")
    done = archive(tmp_path, "prune", "--older", "52w", "--json")

    (row,) = json.loads(done.out)
    assert (row["dropped"], row["after"] < row["before"]) == (3, True)  # robots.txt and two lists
    assert content(tmp_path / "a.db") == before
    assert archive(tmp_path, "check").out.endswith("0 damaged, 0 missing, 0 orphans\n")
    reextract(tmp_path)
    assert without(content(tmp_path / "b.db"), OWN) == without(before, OWN)


def test_pruning_tells_first_and_changes_nothing(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        crawl(portal, tmp_path)
    aged(tmp_path)
    before = files(tmp_path)[0].read_bytes()
    done = archive(tmp_path, "prune", "--older", "52w", "--dry-run")

    assert done.out.splitlines()[-1].startswith("2 pages would be dropped")
    assert files(tmp_path)[0].read_bytes() == before


@pytest.mark.parametrize(
    ("option", "left"), [((), 3), (("--keep-articles",), 4), (("--drop-current",), 0)]
)
def test_what_pruning_leaves(tmp_path: Path, option: tuple[str, ...], left: int) -> None:
    """Of three articles one was edited: four texts, of which three are current."""
    items = sample_items(1, 3)
    with serving(federation(items, per_page=3)) as portal:
        crawl(portal, tmp_path)
        edit(portal, items[0])
        crawl(portal, tmp_path, "-a", "revisit=all")
    aged(tmp_path)
    done = archive(tmp_path, "prune", "--older", "52w", "--json", *option)

    assert done.code == 0, done.err
    held = rows(tmp_path / "a.db", "SELECT count(*) AS n FROM pages WHERE repeats IS NULL")
    assert held == [{"n": left}]
    assert archive(tmp_path, "check").code == 0


def test_a_portal_that_is_being_crawled_is_not_pruned(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        crawl(portal, tmp_path)
    with PortalLock(tmp_path / "a.db", "haiphong").hold():
        done = archive(tmp_path, "prune", "--older", "1d")

    assert done.code == 14


# --- reading again -------------------------------------------------------------------------------


def test_what_cannot_be_read_is_told_record_by_record_and_the_rest_is_read(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 6), per_page=6)) as portal:
        crawl(portal, tmp_path)
    (path,) = files(tmp_path)
    flip(path, 3)
    foreign = gzip.compress(
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://evil.example/a.html\r\n"
        b"WARC-Date: 2025-03-01T05:00:00Z\r\nContent-Length: 28\r\n\r\n"
        b"HTTP/1.1 200 OK\r\n\r\n<p>x</p>\n\r\n\r\n"
    )
    with path.open("ab") as file:
        file.write(foreign)
    done = reextract(tmp_path)

    assert done.code == 10
    assert len(rows(tmp_path / "b.db", "SELECT 1 FROM articles")) == 5
    made, first, second = done.err.splitlines()
    assert made.startswith("new database ")
    assert re.fullmatch(rf"{path}, byte \d+: the gzip data is damaged: .*", first)
    assert second == (
        "1 pages of evil.example are skipped: no portal has that host; 'scrapy crawl portal"
        " -a origin=http://evil.example -a portal=evil.example -s REPLAY=FILE' reads them"
    )
    assert rows(tmp_path / "b.db", "SELECT verdict, reason FROM runs") == [
        {"verdict": "incomplete", "reason": "re-extraction, 1 records cannot be read"}
    ]


def test_many_readers_give_what_one_does(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 12), per_page=4)) as portal:
        crawl(portal, tmp_path, "-s", "ARCHIVE_MAX_SIZE=6000")
    reextract(tmp_path, "--jobs", "1", database="one.db")
    done = reextract(tmp_path, "--jobs", "3", database="three.db")

    assert done.code == 0, done.err
    assert len(files(tmp_path)) > 3
    assert content(tmp_path / "three.db") == content(tmp_path / "one.db")


def test_reading_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 12), per_page=4)) as portal:
        crawl(portal, tmp_path, "-s", "ARCHIVE_MAX_SIZE=6000")
    words = ("reextract", "--jobs", "1", "-s", f"DATABASE={tmp_path / 'b.db'}",
             "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}")  # fmt: skip
    assert kill_at(words, "after the run began") == SIGKILLED
    half = len(rows(tmp_path / "b.db", "SELECT 1 FROM articles"))
    done = scrapy(*words)

    assert done.code == 0, done.err
    assert 0 < half < 12
    assert "resuming an interrupted re-extraction" in done.err
    reextract(tmp_path, database="whole.db")
    own = {"run_id"}
    assert without(content(tmp_path / "b.db"), own) == without(content(tmp_path / "whole.db"), own)
    assert [row["verdict"] for row in rows(tmp_path / "b.db", "SELECT verdict FROM runs")] == [
        "crashed", "ok",
    ]  # fmt: skip


def test_only_one_reading_of_a_database_is_alive(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 2), per_page=2)) as portal:
        crawl(portal, tmp_path)
    with PortalLock(tmp_path / "a.db", "reextract").hold():
        done = reextract(tmp_path, database="a.db")

    assert (done.code, done.err.count("\n")) == (14, 1)


def test_only_the_pages_of_a_portal_since_a_day_are_read(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 4), per_page=4)) as portal:
        crawl(portal, tmp_path)
    none = reextract(tmp_path, "--portal", "haiphong", "--since", "2060-01-01", database="n.db")
    other = reextract(tmp_path, "--portal", "brvt", database="o.db")
    done = reextract(tmp_path, "--portal", "haiphong", "--since", "2020-01-01", database="a.db")

    assert none.code == 10
    assert other.code == 2
    assert done.code == 0, done.err
    assert done.out.splitlines()[1].split("\t")[:3] == ["haiphong", "6", "4"]


def test_a_changed_selector_changes_exactly_its_field(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 5), per_page=5)) as portal:
        crawl(portal, tmp_path)
    before = content(tmp_path / "a.db")
    database = ("-s", f"DATABASE={tmp_path / 'a.db'}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}")
    changed = ("-s", "SPIDER_MODULES=tests.archive.changed")
    trial = scrapy("reextract", "--dry-run", "--json", "--portal", "haiphong", *database, *changed)
    assert content(tmp_path / "a.db") == before
    scrapy("reextract", "--portal", "haiphong", *database, *changed)

    told_first = json.loads(trial.out)
    assert {one["field"] for one in told_first} == {"section"}
    assert len(told_first) == 5
    after = content(tmp_path / "a.db")
    for was, now in zip(before["articles"], after["articles"], strict=True):
        differing = {name for name in was if was[name] != now[name]}
        assert differing == {"section", "provenance", "run_id"}
    assert {row["section"] for row in after["articles"]} == {one["after"] for one in told_first}
    assert len(after["revisions"]) == len(before["revisions"])


def test_a_capture_whose_record_is_gone_is_told(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        crawl(portal, tmp_path)
        crawl(portal, tmp_path, "-a", "revisit=all")
    files(tmp_path)[0].unlink()
    done = reextract(tmp_path)

    assert done.code == 10
    assert "it repeats a page that no archive here holds" in done.err


def test_what_lies_in_an_archive_is_read_by_place() -> None:
    sample = Path(__file__).parents[2] / "data" / "sample.warc.gz"
    found = [record for record in read_records(sample) if not isinstance(record, Damage)]

    for record in found[1:9]:
        again = record_at(sample, record.offset)
        assert again is not None
        assert capture_of(again) == capture_of(record)
        assert record_at(sample, record.offset + 1) is None
